"""What a subgraph does over graphql-transport-ws."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from shared.db import Database
from tests.shared.graphql.shop import LOADS, shop
from tests.testkit.serving import serving
from tests.testkit.tokens import TokenIssuer

PROTOCOL = Subprotocol("graphql-transport-ws")


@pytest.fixture
async def url(issuer: TokenIssuer) -> AsyncIterator[str]:
    app = shop(Database("postgresql://nobody@127.0.0.1:9/none"), issuer)
    async with serving(app) as base:
        yield f"{base.replace('http', 'ws')}/graphql"


@asynccontextmanager
async def opened(
    url: str, headers: dict[str, str], payload: dict[str, Any] | None = None
) -> AsyncIterator[ClientConnection]:
    async with connect(url, subprotocols=[PROTOCOL], additional_headers=headers) as socket:
        await send(socket, {"type": "connection_init", "payload": payload or {}})
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket: ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def receive(socket: ClientConnection) -> dict[str, Any]:
    frame = await socket.recv()
    assert isinstance(frame, str), "messages are text frames"
    message: dict[str, Any] = json.loads(frame)
    return message


async def stream(socket: ClientConnection, query: str) -> list[dict[str, Any]]:
    """All messages of one operation, the last one included."""
    await send(socket, {"id": "1", "type": "subscribe", "payload": {"query": query}})
    messages = [await receive(socket)]
    while messages[-1]["type"] == "next":
        messages.append(await receive(socket))
    return messages


async def test_a_subscription_streams_and_completes(url: str, issuer: TokenIssuer) -> None:
    async with opened(url, issuer.headers()) as socket:
        messages = await stream(socket, "subscription { count(to: 3) }")
    assert [message["payload"]["data"]["count"] for message in messages[:-1]] == [0, 1, 2]
    assert messages[-1] == {"id": "1", "type": "complete"}


async def test_the_upgrades_token_names_the_user(url: str, issuer: TokenIssuer) -> None:
    user_id = uuid4()
    async with opened(url, issuer.headers(user_id)) as socket:
        messages = await stream(socket, "subscription { whoami }")
    assert messages[0]["payload"]["data"] == {"whoami": str(user_id)}


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
async def test_connection_init_may_bring_the_token(
    url: str, issuer: TokenIssuer, name: str
) -> None:
    user_id = uuid4()
    payload = {name: issuer.headers(user_id)["authorization"]}
    async with opened(url, {}, payload) as socket:
        messages = await stream(socket, "subscription { whoami }")
    assert messages[0]["payload"]["data"] == {"whoami": str(user_id)}


@pytest.mark.parametrize("payload", [{}, {"authorization": "Bearer x"}, {"authorization": 5}])
async def test_a_socket_without_a_valid_token_is_closed(url: str, payload: dict[str, Any]) -> None:
    async with connect(url, subprotocols=[PROTOCOL]) as socket:
        await send(socket, {"type": "connection_init", "payload": payload})
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_an_upgrade_with_an_invalid_token_is_refused(url: str) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(
            url, subprotocols=[PROTOCOL], additional_headers={"authorization": "Bearer x"}
        ):
            pass


async def test_an_operation_before_the_acknowledgement_is_refused(
    url: str, issuer: TokenIssuer
) -> None:
    async with connect(url, subprotocols=[PROTOCOL]) as socket:
        await send(socket, {"id": "1", "type": "subscribe", "payload": {"query": "{ me }"}})
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_the_legacy_subprotocol_is_not_spoken(url: str, issuer: TokenIssuer) -> None:
    legacy = Subprotocol("graphql-ws")
    async with connect(url, subprotocols=[legacy], additional_headers=issuer.headers()) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4406


async def test_each_event_is_loaded_afresh(url: str, issuer: TokenIssuer) -> None:
    LOADS.clear()
    async with opened(url, issuer.headers()) as socket:
        await stream(socket, "subscription { sameItem(times: 3) { double } }")
    assert LOADS == [[7], [7], [7]]


async def test_a_failing_subscription_is_masked(url: str, issuer: TokenIssuer) -> None:
    async with opened(url, issuer.headers()) as socket:
        messages = await stream(socket, "subscription { breakDown }")
    assert "hunter2" not in json.dumps(messages)
    assert "INTERNAL_SERVER_ERROR" in json.dumps(messages)


async def test_an_invalid_subscription_is_answered_with_an_error(
    url: str, issuer: TokenIssuer
) -> None:
    async with opened(url, issuer.headers()) as socket:
        (message,) = await stream(socket, "subscription { nothing }")
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_queries_and_mutations_work_on_a_socket(url: str, issuer: TokenIssuer) -> None:
    async with opened(url, issuer.headers()) as socket:
        messages = await stream(socket, "{ items(count: 1) { double } }")
    assert messages[0]["payload"] == {"data": {"items": [{"double": 0}]}}
