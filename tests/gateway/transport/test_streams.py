"""Subscriptions to subgraphs, over graphql-transport-ws and over text/event-stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from gateway.transport import connect
from gateway.transport.base import AnswerRefused, ConnectFailed, ConnectionLost, Transport
from gateway.transport.headers import NO_HEADERS, OutgoingHeaders
from gateway.transport.settings import SubgraphSettings, SubscriptionProtocol
from tests.gateway.transport.stream_servers import (
    BREAK,
    FOREVER,
    sse_server,
    websocket_server,
)
from tests.gateway.transport.subgraph_server import Reply, closed_port, subgraph_server

ONE: dict[str, Any] = {"data": {"tick": 1}}
TWO: dict[str, Any] = {"data": {"tick": None}, "errors": [{"message": "no"}]}
REQUEST = {"query": "subscription{tick}", "variables": {}}
SERVERS = {
    SubscriptionProtocol.WEBSOCKET: websocket_server,
    SubscriptionProtocol.SSE: sse_server,
}
PROTOCOLS = list(SERVERS)


@asynccontextmanager
async def transport(url: str, protocol: SubscriptionProtocol) -> AsyncIterator[Transport]:
    made = connect(SubgraphSettings(url=url, subscription_protocol=protocol))
    try:
        yield made
    finally:
        await made.aclose()


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_events_arrive_in_order_until_the_subgraph_completes(
    protocol: SubscriptionProtocol,
) -> None:
    async with SERVERS[protocol](ONE, TWO) as server, transport(server.url, protocol) as subgraph:
        stream = subgraph.subscribe(REQUEST, NO_HEADERS)
        assert [event async for event in stream] == [ONE, TWO]
    assert server.subscribed == [REQUEST]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_stream_that_breaks_off_says_so(protocol: SubscriptionProtocol) -> None:
    async with SERVERS[protocol](ONE, BREAK) as server, transport(server.url, protocol) as subgraph:
        stream = subgraph.subscribe(REQUEST, NO_HEADERS)
        assert await anext(stream) == ONE
        with pytest.raises(ConnectionLost):
            await anext(stream)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_t1_a_reader_that_leaves_ends_the_stream_in_the_subgraph(
    protocol: SubscriptionProtocol,
) -> None:
    async with (
        SERVERS[protocol](ONE, FOREVER) as server,
        transport(server.url, protocol) as subgraph,
    ):
        async with aclosing(subgraph.subscribe(REQUEST, NO_HEADERS)) as stream:
            assert await anext(stream) == ONE
        async with asyncio.timeout(1):
            while not server.completed:
                await asyncio.sleep(0.005)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_subgraph_that_is_down_fails_the_subscription(
    protocol: SubscriptionProtocol,
) -> None:
    url = f"http://127.0.0.1:{await closed_port()}/"
    async with transport(url, protocol) as subgraph:
        with pytest.raises(ConnectFailed):
            await anext(subgraph.subscribe(REQUEST, NO_HEADERS))


async def test_an_answer_that_is_no_event_stream_is_refused() -> None:
    reply = Reply({"errors": [{"message": "who?"}]}, status=401)
    async with (
        subgraph_server(lambda _: reply) as server,
        transport(server.url, SubscriptionProtocol.SSE) as subgraph,
    ):
        with pytest.raises(AnswerRefused):
            await anext(subgraph.subscribe(REQUEST, NO_HEADERS))


async def test_subscriptions_of_one_identity_share_a_socket_and_others_do_not() -> None:
    def who(name: bytes) -> OutgoingHeaders:
        return OutgoingHeaders(((b"authorization", name), (b"x-request-id", b"r" + name)))

    async with (
        websocket_server(ONE, FOREVER) as server,
        transport(server.url, SubscriptionProtocol.WEBSOCKET) as subgraph,
    ):
        streams = [subgraph.subscribe(REQUEST, who(name)) for name in (b"ann", b"ann", b"ben")]
        for stream in streams:
            await anext(stream)
        for stream in streams:
            await stream.aclose()
    assert server.sockets == 2
    assert [init["payload"] for init in server.inits] == [
        {"authorization": "ann"},
        {"authorization": "ben"},
    ]
    assert server.headers[1]["authorization"] == "ben"


async def test_an_error_message_is_the_last_event() -> None:
    async with (
        websocket_server([{"message": "no"}]) as server,
        transport(server.url, SubscriptionProtocol.WEBSOCKET) as subgraph,
    ):
        got = [event async for event in subgraph.subscribe(REQUEST, NO_HEADERS)]
    assert got == [{"data": None, "errors": [{"message": "no"}]}]


async def test_a_socket_that_is_never_acknowledged_is_given_up_and_closed() -> None:
    closed = asyncio.Event()

    async def silent(socket: ServerConnection) -> None:
        await socket.wait_closed()
        closed.set()

    async with serve(
        silent, "127.0.0.1", 0, subprotocols=[Subprotocol("graphql-transport-ws")]
    ) as s:
        port = next(iter(s.sockets)).getsockname()[1]
        settings = SubgraphSettings(url=f"http://127.0.0.1:{port}/", connect_timeout_seconds=0.1)
        subgraph = connect(settings)
        with pytest.raises(ConnectFailed):
            await anext(subgraph.subscribe(REQUEST, NO_HEADERS))
        async with asyncio.timeout(2):
            await closed.wait()
        await subgraph.aclose()
