"""CORS, preflights, and forged requests from other sites."""

import pytest

from tests.gateway.server.conftest import Serve

SHOP = "https://shop.example"


async def test_an_allowed_page_may_read_answers_with_its_credentials(serve: Serve) -> None:
    async with serve(allowed_origins=SHOP) as running:
        response = await running.client.post(
            running.url, json={"query": "{ hello }"}, headers={"origin": SHOP}
        )
    assert response.headers["access-control-allow-origin"] == SHOP
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["vary"] == "origin"


async def test_a_foreign_page_is_not_told_that_it_may_read(serve: Serve) -> None:
    async with serve(allowed_origins=SHOP) as running:
        response = await running.client.post(
            running.url, json={"query": "{ hello }"}, headers={"origin": "https://evil.example"}
        )
    assert "access-control-allow-origin" not in response.headers


async def test_with_a_star_anybody_may_read_but_without_credentials(serve: Serve) -> None:
    async with serve(allowed_origins="*") as running:
        response = await running.client.post(
            running.url, json={"query": "{ hello }"}, headers={"origin": "https://any.example"}
        )
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


async def test_errors_carry_the_headers_too(serve: Serve) -> None:
    async with serve(allowed_origins=SHOP) as running:
        response = await running.client.post(running.url, content=b"{", headers={"origin": SHOP})
    assert response.status_code == 415
    assert response.headers["access-control-allow-origin"] == SHOP


@pytest.mark.parametrize(("origin", "allowed"), [(SHOP, True), ("https://evil.example", False)])
async def test_a_preflight_is_answered_for_allowed_pages(
    serve: Serve, origin: str, allowed: bool
) -> None:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,authorization",
    }
    async with serve(allowed_origins=SHOP) as running:
        response = await running.client.options(running.url, headers=headers)
    assert response.status_code == 204
    assert ("access-control-allow-methods" in response.headers) is allowed
    if allowed:
        assert response.headers["access-control-allow-headers"] == "content-type,authorization"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
async def test_what_a_form_can_send_never_runs(serve: Serve, content_type: str) -> None:
    async with serve() as running:
        response = await running.client.post(
            running.url,
            content=b'{"query":"mutation { slowly(seconds: 0) }"}',
            headers={"content-type": content_type},
        )
    assert response.status_code == 415
    assert running.engine.finished == []
