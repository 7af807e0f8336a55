"""Clients that mean harm: every one gets an answer or a close, and the next client is served."""

import asyncio
import contextlib
import json
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import RequestRefused
from gateway.execution.exchange import GraphQLRequest
from gateway.server.documents import Documents
from gateway.server.http_request import HttpRefused, RequestRules, decode_get, decode_post
from gateway.server.media import acceptable
from gateway.server.ws_protocol import Close, CloseCode, ServerProtocol
from gateway.settings import Settings
from tests.gateway.server.conftest import Running, Serve

RULES = RequestRules(max_json_depth=20, documents=Documents(Settings()))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.dictionaries(
    st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "x"]), JSON
)
FRAMES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["connection_init", "subscribe", "complete", "ping", "pong", "next", "start"]
        )
        | JSON,
        "id": st.sampled_from(["1", "2", ""]) | JSON,
        "payload": MEMBERS | JSON,
    },
).map(json.dumps)


def decoded_or_refused(decode: Callable[[], object]) -> None:
    """Any other exception fails the test."""
    with contextlib.suppress(HttpRefused, RequestRefused):
        assert isinstance(decode(), GraphQLRequest)


@given(st.binary(max_size=200) | MEMBERS.map(json.dumps).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_body_is_decoded_or_refused(body: bytes) -> None:
    decoded_or_refused(lambda: decode_post(b"application/json", body, RULES))


@given(st.text(alphabet=string.printable, max_size=100))
@settings(max_examples=300, deadline=None)
def test_any_query_string_is_decoded_or_refused(text: str) -> None:
    decoded_or_refused(lambda: decode_get(text.encode(), RULES))


@given(st.binary(max_size=100))
@settings(max_examples=300, deadline=None)
def test_any_accept_header_is_understood_somehow(header: bytes) -> None:
    assert isinstance(acceptable(header), tuple)


@given(st.lists(FRAMES | st.text(max_size=50), max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_frames_leave_the_protocol_in_order(frames: list[str]) -> None:
    protocol = ServerProtocol(RULES)
    for frame in frames:
        event = protocol.receive(frame)
        if isinstance(event, Close):
            assert event.code in CloseCode
            return
        if type(event).__name__ == "Initialise":
            protocol.acknowledge()
        for operation_id in list(protocol.active):
            json.loads(protocol.next(operation_id, b"{}") or "{}")


async def raw(running: Running, *pieces: bytes, pause_seconds: float = 0) -> bytes:
    """What a server answers to bytes sent piece by piece, until it closes."""
    port = int(running.url.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_seconds)
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def still_serves(running: Running) -> None:
    response = await running.client.post(running.url, json={"query": "{ hello }"})
    assert response.json() == {"data": {"hello": "hello you"}}


async def test_a_connection_that_says_nothing_is_closed(serve: Serve) -> None:
    async with serve(header_timeout_seconds=0.2) as running:
        assert b" 408 " in await raw(running)
        await still_serves(running)


async def test_a_head_that_comes_byte_by_byte_is_cut_off(serve: Serve) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: "
    async with serve(header_timeout_seconds=0.2) as running:
        answer = await raw(running, head, b"a", b"b", b"c", pause_seconds=0.1)
        assert answer == b"" or b" 408 " in answer
        await still_serves(running)


async def test_a_head_without_end_is_cut_off(serve: Serve) -> None:
    async with serve() as running:
        lines = (b"x-%d: %s\r\n" % (number, b"a" * 8_000) for number in range(100))
        answer = await raw(running, b"GET /graphql HTTP/1.1\r\n", *lines)
        assert answer == b"" or b" 431 " in answer
        await still_serves(running)


async def test_a_body_that_never_ends_is_cut_off(serve: Serve) -> None:
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"content-length: 100\r\nconnection: close\r\n\r\n"
    )
    async with serve(request_timeout_seconds=0.3) as running:
        answer = await raw(running, head + b'{"query":')
        assert b"HTTP/1.1 408 " in answer
        assert b"BODY_TOO_SLOW" in answer
        await still_serves(running)


async def test_a_client_that_leaves_in_its_body_leaves_nothing_behind(serve: Serve) -> None:
    head = b"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n"
    async with serve() as running:
        port = int(running.url.split(":")[2].split("/")[0])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"{")
        await writer.drain()
        writer.close()
        await still_serves(running)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET /graphql HTTP/9.9\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"GET /graphql HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused(serve: Serve, sent: bytes) -> None:
    async with serve(header_timeout_seconds=0.5) as running:
        answer = await raw(running, sent)
        assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 426"))
        await still_serves(running)


async def test_two_requests_on_one_connection_are_answered_in_order(serve: Serve) -> None:
    async with serve() as running:
        requests = b"".join(
            b"GET /graphql?query=%%7Bhello(name:%%22%d%%22)%%7D HTTP/1.1\r\nhost: x\r\n%s\r\n"
            % (number, b"connection: close\r\n" if number == 2 else b"")
            for number in (1, 2)
        )
        answer = await raw(running, requests)
    assert answer.index(b"hello 1") < answer.index(b"hello 2")
