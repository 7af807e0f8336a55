"""What is served beside the endpoint: health, the app, the playground."""

from pathlib import Path

import pytest

from tests.gateway.server.conftest import Serve


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built single-page app."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>app</title>")
    (folder / "assets" / "app-1a2b.js").write_text("run()")
    (folder / "robots.txt").write_text("robots")
    return folder


async def test_health_says_live_and_ready(serve: Serve) -> None:
    async with serve() as running:
        base = running.url.removesuffix("/graphql")
        live = await running.client.get(f"{base}/health/live")
        ready = await running.client.get(f"{base}/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_a_draining_server_is_live_but_not_ready(serve: Serve) -> None:
    async with serve() as running:
        running.serving.draining = True
        base = running.url.removesuffix("/graphql")
        live = await running.client.get(f"{base}/health/live")
        ready = await running.client.get(f"{base}/health/ready")
    assert live.status_code == 200
    assert (ready.status_code, ready.json()["checks"]) == (503, {"serving": False})


@pytest.mark.parametrize(
    ("path", "status", "text", "caching"),
    [
        ("/", 200, "<title>app</title>", "no-cache"),
        ("/tickets/42", 200, "<title>app</title>", "no-cache"),
        ("/assets/app-1a2b.js", 200, "run()", "public, max-age=31536000, immutable"),
        ("/robots.txt", 200, "robots", "no-cache"),
        ("/assets/gone-9z.js", 404, None, None),
        ("/favicon.ico", 404, None, None),
        ("/..%2f..%2f..%2f..%2fetc%2fpasswd", 200, "<title>app</title>", "no-cache"),
    ],
)
async def test_the_app_answers_pages_with_its_index_and_files_with_themselves(
    serve: Serve, built: Path, path: str, status: int, text: str | None, caching: str | None
) -> None:
    async with serve(static_dir=built) as running:
        response = await running.client.get(running.url.removesuffix("/graphql") + path)
    assert response.status_code == status
    if text is not None:
        assert response.text == text
    if caching is not None:
        assert response.headers["cache-control"] == caching


async def test_the_playground_stands_beside_the_app(
    serve: Serve, built: Path, tmp_path: Path
) -> None:
    playground = tmp_path / "playground"
    playground.mkdir()
    (playground / "index.html").write_text("<title>GraphiQL</title>")
    async with serve(static_dir=built, playground_dir=playground) as running:
        base = running.url.removesuffix("/graphql")
        page = await running.client.get(f"{base}/playground/")
        redirected = await running.client.get(f"{base}/playground", follow_redirects=True)
    assert page.text == redirected.text == "<title>GraphiQL</title>"


async def test_the_endpoint_s_path_is_a_setting(serve: Serve) -> None:
    async with serve(path="/api/graph") as running:
        base = running.url.removesuffix("/graphql")
        response = await running.client.post(f"{base}/api/graph", json={"query": "{ hello }"})
    assert response.json() == {"data": {"hello": "hello you"}}
