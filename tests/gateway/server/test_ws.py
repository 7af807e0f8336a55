"""Sockets: graphql-transport-ws on a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.gateway.server.conftest import Running, Serve

PROTOCOL = Subprotocol("graphql-transport-ws")


HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)


def masked(text: str) -> bytes:
    """A client's text frame, short and masked with zeros."""
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text.encode()


@asynccontextmanager
async def socket(running: Running, **options: Any) -> AsyncIterator[ClientConnection]:
    async with connect(running.ws_url, subprotocols=[PROTOCOL], **options) as connection:
        yield connection


@asynccontextmanager
async def ready_socket(running: Running) -> AsyncIterator[ClientConnection]:
    async with socket(running) as connection:
        await send(connection, type="connection_init")
        assert await receive(connection) == {"type": "connection_ack"}
        yield connection


async def send(connection: ClientConnection, **message: object) -> None:
    await connection.send(json.dumps(message))


async def subscribe(connection: ClientConnection, id: str, query: str) -> None:  # noqa: A002
    await send(connection, id=id, type="subscribe", payload={"query": query})


async def receive(connection: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(3):
        message: dict[str, Any] = json.loads(await connection.recv())
        return message


async def close_code(connection: ClientConnection) -> int | None:
    async with asyncio.timeout(5):
        await connection.wait_closed()
    return connection.close_code


async def test_query_mutation_and_subscription_share_a_socket(serve: Serve) -> None:
    async with serve() as running, ready_socket(running) as connection:
        for id_, query in [
            ("q", "{ hello }"),
            ("m", "mutation { slowly(seconds: 0) }"),
            ("s", "subscription { count(to: 2) }"),
        ]:
            await subscribe(connection, id_, query)
        seen: dict[str, list[object]] = {"q": [], "m": [], "s": []}
        for _ in range(7):
            message = await receive(connection)
            seen[message["id"]].append(message.get("payload", {}).get("data", message["type"]))
    assert seen == {
        "q": [{"hello": "hello you"}, "complete"],
        "m": [{"slowly": "slowly"}, "complete"],
        "s": [{"count": 1}, {"count": 2}, "complete"],
    }


async def test_the_published_python_client_subscribes(serve: Serve) -> None:
    async with serve() as running:
        transport = WebsocketsTransport(url=running.ws_url, subprotocols=[PROTOCOL])
        async with Client(transport=transport) as session:
            counted = [
                event["count"]
                async for event in session.subscribe(gql("subscription { count(to: 3) }"))
            ]
            answer = await session.execute(gql('{ hello(name: "gql") }'))
    assert counted == [1, 2, 3]
    assert answer == {"hello": "hello gql"}


async def test_complete_from_the_client_ends_the_upstream(serve: Serve) -> None:
    async with serve() as running, ready_socket(running) as connection:
        await subscribe(connection, "1", "subscription { forever }")
        await receive(connection)
        assert running.engine.open_streams == 1
        await send(connection, id="1", type="complete")
        await until(lambda: running.engine.open_streams == 0)
        await subscribe(connection, "1", "{ hello }")
        assert (await receive(connection))["payload"] == {"data": {"hello": "hello you"}}


async def test_closing_the_socket_ends_every_upstream(serve: Serve) -> None:
    async with serve() as running:
        async with ready_socket(running) as connection:
            for id_ in ("1", "2", "3"):
                await subscribe(connection, id_, "subscription { forever }")
                await receive(connection)
        await until(lambda: running.engine.open_streams == 0)
        assert len(running.serving.live) == 0


async def test_a_mutation_runs_to_its_end_when_its_socket_closes(serve: Serve) -> None:
    async with serve() as running:
        async with ready_socket(running) as connection:
            await subscribe(connection, "1", "mutation { slowly(seconds: 0.3) }")
            await asyncio.sleep(0.1)
        await until(lambda: running.engine.finished == ["slowly"])


async def test_an_operation_that_is_refused_gets_an_error_and_frees_its_id(serve: Serve) -> None:
    async with serve() as running, ready_socket(running) as connection:
        for query, code in [
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ hello", "GRAPHQL_PARSE_FAILED"),
            ("query($n: Int!) { hello(name: $n) }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($s: Float!) { slow(seconds: $s) }", "BAD_USER_INPUT"),
            ("subscription($n: Int!) { count(to: $n) }", "BAD_USER_INPUT"),
        ]:
            await subscribe(connection, "1", query)
            message = await receive(connection)
            assert (message["type"], message["id"]) == ("error", "1")
            assert message["payload"][0]["extensions"]["code"] == code


async def test_a_fault_of_ours_is_masked(serve: Serve) -> None:
    async with serve() as running, ready_socket(running) as connection:
        running.engine.schema = None  # type: ignore[assignment]  # the fault
        await subscribe(connection, "1", "{ hello }")
        message = await receive(connection)
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_a_fault_before_any_operation_closes_the_socket_with_1011(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve() as running, socket(running) as connection:
        monkeypatch.setattr(running.serving, "callers", None)
        await send(connection, type="connection_init")
        assert await close_code(connection) == 1011


async def test_a_socket_that_says_nothing_is_closed_with_4408(serve: Serve) -> None:
    async with serve(websocket_init_timeout_seconds=0.2) as running, socket(running) as connection:
        assert await close_code(connection) == 4408


async def test_pings_do_not_put_off_the_initialisation(serve: Serve) -> None:
    async with serve(websocket_init_timeout_seconds=0.3) as running, socket(running) as connection:
        await send(connection, type="ping")
        assert await close_code(connection) == 4408


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["nonsense"], 4400),
        ([b"\x00\x01"], 4400),
        (['{"id":"1","type":"subscribe","payload":{"query":"{ hello }"}}'], 4401),
        (['{"type":"connection_init"}', '{"type":"connection_init"}'], 4429),
        (
            ['{"type":"connection_init"}']
            + ['{"id":"1","type":"subscribe","payload":{"query":"subscription { forever }"}}'] * 2,
            4409,
        ),
    ],
)
async def test_what_breaks_the_protocol_closes_with_its_code(
    serve: Serve, frames: list[str | bytes], code: int
) -> None:
    async with serve() as running, socket(running) as connection:
        for frame in frames:
            await connection.send(frame)
        assert await close_code(connection) == code
        await until(lambda: running.engine.open_streams == 0)


async def test_another_subprotocol_is_closed_with_4406(serve: Serve) -> None:
    async with serve() as running, connect(running.ws_url) as connection:
        assert await close_code(connection) == 4406


async def test_a_message_that_is_too_large_closes_the_socket(serve: Serve) -> None:
    async with serve(websocket_message_bytes=2_000) as running, socket(running) as connection:
        await connection.send(" " * 3_000)
        assert await close_code(connection) == 1009


async def test_only_so_many_operations_run_on_one_socket(serve: Serve) -> None:
    async with serve(websocket_operations=2) as running, ready_socket(running) as connection:
        for id_ in ("1", "2"):
            await subscribe(connection, id_, "subscription { forever }")
            await receive(connection)
        await subscribe(connection, "3", "{ hello }")
        message = await receive(connection)
    assert (message["id"], message["type"]) == ("3", "error")
    assert message["payload"][0]["extensions"]["code"] == "OPERATION_LIMIT_EXCEEDED"


async def test_a_client_that_does_not_read_holds_up_nobody_else(serve: Serve) -> None:
    async with serve() as running:
        port = int(running.url.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(masked('{"type":"connection_init"}'))
        await reader.readuntil(b"connection_ack")
        flood = {"query": "subscription { count(to: 100000000) }"}
        writer.write(masked(json.dumps({"id": "1", "type": "subscribe", "payload": flood})))
        before = await settled(lambda: running.engine.events)
        async with ready_socket(running) as other:
            await subscribe(other, "1", "{ hello }")
            assert (await receive(other))["type"] == "next"
        assert running.engine.events == before, "its upstream waits; nothing piles up"
        writer.close()
        await until(lambda: running.engine.open_streams == 0)


async def test_the_server_pings(serve: Serve) -> None:
    async with serve(websocket_ping_seconds=0.1) as running, ready_socket(running) as connection:
        assert await receive(connection) == {"type": "ping"}
        await send(connection, type="pong")
        assert await receive(connection) == {"type": "ping"}


@pytest.mark.parametrize(
    ("settings", "origin", "let_in"),
    [
        ({}, None, True),
        ({}, "http://evil.example", False),
        ({"allowed_origins": "https://shop.example"}, "https://shop.example", True),
        ({"allowed_origins": "https://shop.example"}, "https://shop.example.evil.example", False),
        ({"public_url": "https://foyer.example/app"}, "https://foyer.example", True),
        ({"allowed_origins": "*"}, "http://evil.example", True),
    ],
)
async def test_a_foreign_page_cannot_open_a_socket(
    serve: Serve, settings: dict[str, str], origin: str | None, let_in: bool
) -> None:
    async with serve(**settings) as running:
        if let_in:
            async with socket(running, origin=origin):
                pass
        else:
            with pytest.raises(InvalidStatus) as caught:
                async with socket(running, origin=origin):
                    pass
            assert caught.value.response.status_code == 403


async def test_the_own_origin_is_let_in(serve: Serve) -> None:
    async with serve() as running, socket(running, origin=running.url.removesuffix("/graphql")):
        pass


async def test_a_star_does_not_let_a_foreign_page_use_the_session_cookie(serve: Serve) -> None:
    async with serve(allowed_origins="*") as running:
        with pytest.raises(InvalidStatus):
            async with socket(
                running, origin="http://evil.example", additional_headers={"Cookie": "session=x"}
            ):
                pass


async def test_sockets_are_completed_and_closed_while_the_server_drains(serve: Serve) -> None:
    async with serve(drain_seconds=2) as running, ready_socket(running) as connection:
        await subscribe(connection, "1", "subscription { forever }")
        await receive(connection)
        running.server.handle_exit(15, None)
        assert await receive(connection) == {"id": "1", "type": "complete"}
        assert await close_code(connection) == 1001


async def settled(figure: Callable[[], int]) -> int:
    """The figure, once it has stood still for a while."""
    async with asyncio.timeout(20):
        before = -1
        while before != figure():
            before = figure()
            await asyncio.sleep(0.3)
    return before


async def until(condition: Any) -> None:
    async with asyncio.timeout(2):
        while not condition():
            await asyncio.sleep(0.01)
