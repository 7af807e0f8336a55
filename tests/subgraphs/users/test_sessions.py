"""Sessions (U2, U3, U4): they end when idle, old or revoked, at once and for everybody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import orjson
import pytest

from shared.contracts.users import SessionRevokedData
from shared.db import Database
from subgraphs.users.app import create_app
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.kit import GraphQLClient, client_of, serving
from tests.subgraphs.users.actors import SIGN_OUT, Visitor, column, events, run


async def test_without_a_session_nobody_is_signed_in(visitor: Visitor) -> None:
    assert await visitor.me() is None
    answer = await visitor.send(SIGN_OUT)
    assert answer.data["signOut"] == {"__typename": "Unauthenticated"}
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize("token", ["forged", "é", "x" * 5000, "a.b.c"])
async def test_a_forged_token_is_nobody_s(visitor: Visitor, token: str) -> None:
    forged = {b"authorization": f"Bearer {token}".encode()}
    answer = await visitor.service.http.post(
        f"{visitor.service.url}/internal/token", headers=forged
    )
    assert answer.status_code == 200
    assert (answer.json()["subject"], answer.json()["sessionId"]) == (None, None)


async def test_signing_out_ends_this_session_only(visitor: Visitor, database: Database) -> None:
    here = await visitor.signed_up()
    elsewhere = await visitor.signed_in()
    answer = await here.send(SIGN_OUT)
    assert answer.data["signOut"] == {"__typename": "SignedOut", "revoked": 1}
    assert answer.headers["set-cookie"].startswith('session=""; ')
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await here.me() is None
    assert await elsewhere.me() is not None
    (event,) = await events(database, "users.session.revoked")
    revoked = SessionRevokedData.from_data(event["data"])
    assert event["aggregateId"] == str(revoked.session_id)


async def test_signing_out_everywhere_ends_all_sessions_of_this_user(visitor: Visitor) -> None:
    here = await visitor.signed_up()
    elsewhere = [await visitor.signed_in() for _ in range(3)]
    other = await visitor.signed_up(email="bob@example.com")
    assert (await here.sign_out(everywhere=True))["revoked"] == 4
    assert [await each.me() for each in (here, *elsewhere)] == [None] * 4
    assert await other.me() is not None


async def test_a_repeated_sign_out_with_a_service_token_still_valid_is_a_no_op(
    visitor: Visitor, service: GraphQLClient
) -> None:
    here = await visitor.signed_up()
    token = (await here.exchange())["accessToken"]
    revoked = [(await service.send(SIGN_OUT, token)).data["signOut"]["revoked"] for _ in range(2)]
    assert revoked == [1, 0]


async def test_a_session_ends_after_twelve_idle_hours(visitor: Visitor, database: Database) -> None:
    here = await visitor.signed_up()
    await run(database, "UPDATE sessions SET last_used_at = now() - interval '11 h 59 min'")
    assert await here.me() is not None
    await run(database, "UPDATE sessions SET last_used_at = now() - interval '12 h 1 s'")
    assert await here.me() is None


async def test_use_keeps_a_session_from_idling_out(visitor: Visitor, database: Database) -> None:
    here = await visitor.signed_up()
    await run(database, "UPDATE sessions SET last_used_at = now() - interval '11 h'")
    await here.me()
    (age,) = await column(database, "SELECT extract(epoch FROM now() - last_used_at) FROM sessions")
    assert age < 10


async def test_a_session_ends_after_thirty_days_of_use(
    visitor: Visitor, database: Database
) -> None:
    here = await visitor.signed_up()
    await run(database, "UPDATE sessions SET expires_at = expires_at - interval '30 days'")
    assert await here.me() is None
    assert (await column(database, "SELECT count(*) FROM sessions")) == [1]


async def test_nobody_sees_another_s_address(visitor: Visitor) -> None:
    ann = await visitor.signed_up()
    bob = await visitor.signed_up(email="bob@example.com", name="Bob")
    ann_id = (await ann.exchange())["subject"]
    query = """
    query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on User { name email } } }
    """
    keys = [{"__typename": "User", "id": key} for key in (ann_id, "x", ann_id)]
    seen = {}
    for name, who in (("ann", ann), ("bob", bob), ("nobody", visitor)):
        seen[name] = (await who.send(query, keys=keys)).data["_entities"]
    public = {"name": "Ann", "email": None}
    assert seen["bob"] == seen["nobody"] == [public, None, public]
    assert seen["ann"][0] == {"name": "Ann", "email": "ann@example.com"}


async def test_the_feed_tells_of_each_revoked_session_within_two_seconds(
    visitor: Visitor,
) -> None:
    sessions = [await visitor.signed_up(email=f"p{number}@example.com") for number in range(5)]
    expected = {(await each.exchange())["sessionId"] for each in sessions}
    async with asyncio.timeout(10), _feed(visitor) as lines:
        assert await anext(lines) == ": revoked sessions"
        for each in sessions:
            await each.sign_out()
        async with asyncio.timeout(2):
            assert {await _next_sid(lines) for _ in sessions} == expected


async def test_a_feed_that_was_away_is_told_what_it_missed(visitor: Visitor) -> None:
    here = await visitor.signed_up()
    session_id = (await here.exchange())["sessionId"]
    await here.sign_out()
    async with asyncio.timeout(10), _feed(visitor) as lines:
        assert await _next_sid(lines) == session_id


async def test_feeds_end_when_the_process_is_to_end(users_url: str) -> None:
    app = create_app(UsersSettings(database_url=users_url))
    async with serving(app) as url, client_of(url) as client, _feed(Visitor(client)) as lines:
        assert await anext(lines) == ": revoked sessions"
        app.state.end_feeds()
        async with asyncio.timeout(1):
            assert [line async for line in lines if line] == []


@asynccontextmanager
async def _feed(visitor: Visitor) -> AsyncIterator[AsyncIterator[str]]:
    """The revocation feed's lines, for the length of the block."""
    async with (
        httpx.AsyncClient(timeout=10) as http,
        http.stream("GET", f"{visitor.service.url}/internal/revocations") as response,
    ):
        yield response.aiter_lines()


async def _next_sid(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("data: "):
            return str(UUID(orjson.loads(line.removeprefix("data: "))["sid"]))
    raise AssertionError("the feed ended")
