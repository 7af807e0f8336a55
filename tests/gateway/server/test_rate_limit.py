"""Rate limits, by session or address."""

import pytest

from gateway.errors import RateLimited
from gateway.server.client_address import address_of
from gateway.server.rate_limit import RateLimit
from gateway.settings import Settings
from tests.gateway.server.conftest import Serve, code_of
from tests.gateway.server.session_service import session_service
from tests.gateway.server.test_ws import ready_socket, receive, subscribe

LIMITED = {"rate_limit_per_minute": 6, "rate_limit_burst": 2}


def limit() -> RateLimit:
    return RateLimit(Settings(rate_limit_per_minute=60, rate_limit_burst=3))


def test_a_burst_passes_and_then_so_many_a_minute() -> None:
    rate = limit()
    for _ in range(3):
        rate.take("a", now=0)
    with pytest.raises(RateLimited) as caught:
        rate.take("a", now=0.5)
    assert caught.value.retry_after_seconds == 1
    rate.take("a", now=1)


def test_clients_do_not_share_their_limit() -> None:
    rate = limit()
    for client in ("a", "b"):
        for _ in range(3):
            rate.take(client, now=0)


def test_a_quiet_client_saves_up_no_more_than_a_burst() -> None:
    rate = limit()
    rate.take("a", now=0)
    for _ in range(3):
        rate.take("a", now=1_000)
    with pytest.raises(RateLimited):
        rate.take("a", now=1_000)


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        (b"1.1.1.1, 2.2.2.2", 0, "9.9.9.9"),
        (b"1.1.1.1, 2.2.2.2", 1, "2.2.2.2"),
        (b"1.1.1.1, 2.2.2.2", 2, "1.1.1.1"),
        (b"1.1.1.1", 2, "9.9.9.9"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(
    forwarded: bytes, proxies: int, address: str
) -> None:
    headers = {b"x-forwarded-for": forwarded}
    assert address_of({"client": ("9.9.9.9", 1)}, headers, proxies) == address


async def test_too_many_requests_are_429_with_the_time_to_wait(serve: Serve) -> None:
    async with serve(**LIMITED) as running:
        responses = [
            await running.client.post(running.url, json={"query": "{ hello }"}) for _ in range(3)
        ]
    assert [response.status_code for response in responses] == [200, 200, 429]
    refused = responses[-1]
    assert code_of(refused.json()) == "RATE_LIMITED"
    extensions = refused.json()["errors"][0]["extensions"]
    assert refused.headers["retry-after"] == str(extensions["retryAfter"])


async def test_a_signed_in_client_is_counted_by_its_session(serve: Serve) -> None:
    async with (
        session_service(ada="Ada", bob="Bob") as sessions,
        serve(session_exchange_url=sessions.exchange_url, **LIMITED) as running,
    ):
        statuses = [
            (
                await running.client.post(
                    running.url,
                    json={"query": "{ hello }"},
                    headers={"authorization": f"Bearer {token}"},
                )
            ).status_code
            for token in ("ada", "ada", "bob", "bob", "ada")
        ]
    assert statuses == [200, 200, 200, 200, 429]


async def test_operations_of_a_socket_count_too(serve: Serve) -> None:
    async with serve(**LIMITED) as running, ready_socket(running) as connection:
        for id_ in ("1", "2"):
            await subscribe(connection, id_, "{ hello }")
            assert (await receive(connection))["type"] == "next"
            assert (await receive(connection))["type"] == "complete"
        await subscribe(connection, "3", "{ hello }")
        refused = await receive(connection)
    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
