"""Phantom tokens: the client's opaque token goes in, the signed one goes to subgraphs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.server.revocations import follow_revocations
from tests.gateway.server.conftest import Running, Serve, code_of
from tests.gateway.server.session_service import SessionService, session_service
from tests.gateway.server.test_ws import close_code, receive, send, socket, subscribe

WHO = {"query": "{ authorization }"}


async def who(running: Running, headers: dict[str, str] | None = None) -> str:
    response = await running.client.post(running.url, json=WHO, headers=headers)
    authorization: str = response.json()["data"]["authorization"]
    return authorization


@pytest.fixture
async def sessions() -> AsyncIterator[SessionService]:
    async with session_service(ada="Ada", bob="Bob") as service:
        yield service


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"authorization": "Bearer ada"}, "Ada"),
        ({"authorization": "bearer  ada"}, "Ada"),
        ({"cookie": "theme=dark; session=bob"}, "Bob"),
        ({"cookie": "session=bob; __Host-session=ada"}, "Ada"),
        ({"cookie": "session=bob", "authorization": "Bearer ada"}, "Ada"),
        ({"authorization": "Basic YTpi"}, "None"),
        ({"authorization": "Bearer unknown"}, "None"),
        ({"authorization": "Bearer"}, "None"),
        ({}, "None"),
    ],
)
async def test_subgraphs_get_the_signed_token_in_place_of_the_client_s(
    serve: Serve, sessions: SessionService, headers: dict[str, str], subject: str
) -> None:
    async with serve(session_exchange_url=sessions.exchange_url) as running:
        assert await who(running, headers) == f"Bearer jwt.{subject}.1"


async def test_without_an_exchange_the_client_s_header_goes_through(serve: Serve) -> None:
    async with serve() as running:
        assert await who(running, {"authorization": "Bearer own"}) == "Bearer own"


async def test_one_exchange_serves_many_requests(serve: Serve, sessions: SessionService) -> None:
    sessions.delay_seconds = 0.1
    async with serve(session_exchange_url=sessions.exchange_url) as running:
        headers = {"authorization": "Bearer ada"}
        answers = await asyncio.gather(*(who(running, headers) for _ in range(20)))
        answers.append(await who(running, headers))
    assert set(answers) == {"Bearer jwt.Ada.1"}
    assert sessions.exchanges == ["ada"]


async def test_a_token_is_exchanged_again_before_the_signed_one_expires(
    serve: Serve, sessions: SessionService
) -> None:
    sessions.expires_in = 5.3
    async with serve(session_exchange_url=sessions.exchange_url) as running:
        first = await who(running)
        await asyncio.sleep(0.4)
        assert await who(running) != first


async def test_the_cache_is_bounded(serve: Serve, sessions: SessionService) -> None:
    async with serve(
        session_exchange_url=sessions.exchange_url, session_cache_entries=2
    ) as running:
        for token in ("ada", "bob", "x", "bob", "ada"):
            await who(running, {"authorization": f"Bearer {token}"})
    assert sessions.exchanges == ["ada", "bob", "x", "ada"]


async def test_an_exchange_that_fails_is_503_and_not_remembered(
    serve: Serve, sessions: SessionService
) -> None:
    async with serve(session_exchange_url=sessions.exchange_url) as running:
        sessions.is_down = True
        response = await running.client.post(running.url, json=WHO)
        assert (response.status_code, code_of(response.json())) == (503, "IDENTITY_UNAVAILABLE")
        sessions.is_down = False
        assert await who(running) == "Bearer jwt.None.2"


async def test_an_exchange_that_does_not_answer_in_time_is_503(
    serve: Serve, sessions: SessionService
) -> None:
    sessions.delay_seconds = 2
    async with serve(
        session_exchange_url=sessions.exchange_url, session_exchange_timeout_seconds=0.1
    ) as running:
        response = await running.client.post(running.url, json=WHO)
    assert response.status_code == 503


@pytest.mark.parametrize(
    "payload",
    [{"authorization": "Bearer ada"}, {"Authorization": "Bearer ada"}, {"token": "ada"}],
)
async def test_a_socket_says_who_it_is_in_its_first_message(
    serve: Serve, sessions: SessionService, payload: dict[str, str]
) -> None:
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        socket(running) as connection,
    ):
        await send(connection, type="connection_init", payload=payload)
        await receive(connection)
        await subscribe(connection, "1", "{ authorization }")
        message = await receive(connection)
    assert message["payload"]["data"] == {"authorization": "Bearer jwt.Ada.1"}


async def test_a_socket_with_a_token_of_nobody_is_closed_with_4403(
    serve: Serve, sessions: SessionService
) -> None:
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        socket(running) as connection,
    ):
        await send(connection, type="connection_init", payload={"token": "unknown"})
        assert await close_code(connection) == 4403


async def test_a_socket_is_told_to_come_back_while_the_exchange_is_away(
    serve: Serve, sessions: SessionService
) -> None:
    sessions.is_down = True
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        socket(running) as connection,
    ):
        await send(connection, type="connection_init")
        assert await close_code(connection) == 1013


async def test_a_subscription_goes_on_with_renewed_tokens(
    serve: Serve, sessions: SessionService
) -> None:
    sessions.expires_in = 5.2
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        socket(running) as connection,
    ):
        await send(connection, type="connection_init", payload={"token": "ada"})
        await receive(connection)
        await subscribe(connection, "1", "subscription { who_am_i }")
        seen = {(await receive(connection))["payload"]["data"]["who_am_i"] for _ in range(12)}
    assert {"Bearer jwt.Ada.1", "Bearer jwt.Ada.2"} <= seen


async def test_a_session_that_ends_unannounced_closes_its_socket_at_the_next_renewal(
    serve: Serve, sessions: SessionService
) -> None:
    sessions.expires_in = 5.3
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        socket(running) as connection,
    ):
        await send(connection, type="connection_init", payload={"token": "ada"})
        await receive(connection)
        del sessions.tokens["ada"]
        assert await close_code(connection) == 4403


async def test_the_feed_closes_sockets_and_drops_tokens_of_an_ended_session(
    serve: Serve, sessions: SessionService
) -> None:
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        following(running, sessions),
        socket(running) as ada,
        socket(running) as bob,
    ):
        for connection, token in ((ada, "ada"), (bob, "bob")):
            await send(connection, type="connection_init", payload={"token": token})
            await receive(connection)
        headers = {"authorization": "Bearer ada"}
        assert "Ada" in await who(running, headers)
        sessions.revoke("ada")
        async with asyncio.timeout(2):
            assert await close_code(ada) == 4403
        assert "None" in await who(running, headers)
        await subscribe(bob, "1", "{ hello }")
        assert (await receive(bob))["type"] == "next"


async def test_a_stream_of_an_ended_session_is_told_and_completed(
    serve: Serve, sessions: SessionService
) -> None:
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        following(running, sessions),
        running.client.stream(
            "POST",
            running.url,
            json={"query": "subscription { forever }"},
            headers={"accept": "text/event-stream", "authorization": "Bearer ada"},
        ) as response,
    ):
        lines = response.aiter_lines()
        await anext(lines)
        sessions.revoke("ada")
        rest = "\n".join([line async for line in lines])
    assert '"code":"SESSION_ENDED"' in rest
    assert rest.endswith("event: complete\ndata: \n")


async def test_endings_missed_while_the_feed_was_away_are_made_up_for(
    serve: Serve, sessions: SessionService
) -> None:
    async with (
        serve(session_exchange_url=sessions.exchange_url) as running,
        following(running, sessions),
        socket(running) as connection,
    ):
        await send(connection, type="connection_init", payload={"token": "ada"})
        await receive(connection)
        sessions.break_feeds()
        sessions.revoke("ada")
        async with asyncio.timeout(3):
            assert await close_code(connection) == 4403


@asynccontextmanager
async def following(running: Running, sessions: SessionService) -> AsyncIterator[None]:
    """Follow the feed of `sessions` for `running`, as the application's lifespan does."""
    assert running.exchange is not None
    async with httpx.AsyncClient() as client:
        feed = follow_revocations(sessions.feed_url, client, running.exchange, running.serving.live)
        task = asyncio.create_task(feed)
        await until(lambda: bool(sessions.feeds))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not condition():
            await asyncio.sleep(0.01)
