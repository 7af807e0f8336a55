"""The HTTP/1.1 client against real sockets: reuse, limits, encodings, retries, time."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.transport.base import (
    AnswerMalformed,
    ConnectFailed,
    ConnectionLost,
    RequestTimedOut,
)
from gateway.transport.headers import NO_HEADERS, OutgoingHeaders, RequestHeaderRules
from gateway.transport.http import HttpClient
from gateway.transport.settings import SubgraphSettings
from tests.gateway.transport.subgraph_server import Reply, closed_port, subgraph_server

OK = Reply({"data": {"x": 1}})
BODY = b'{"query":"{x}"}'


@asynccontextmanager
async def client(url: str, **settings: Any) -> AsyncIterator[HttpClient]:
    made = HttpClient(SubgraphSettings(url=url, **settings))
    try:
        yield made
    finally:
        await made.aclose()


async def test_requests_in_a_row_use_one_connection() -> None:
    async with subgraph_server(lambda _: OK) as server, client(server.url) as http:
        for _ in range(5):
            response = await http.request(BODY, NO_HEADERS, None, True)
            assert (response.status, response.body) == (200, OK.body)
        assert server.connections == 1


async def test_requests_at_once_are_not_pipelined_and_stay_within_the_pool() -> None:
    slow = Reply({"data": 1}, delay_seconds=0.02)
    async with subgraph_server(lambda _: slow) as server, client(server.url, pool_size=3) as http:
        calls = [http.request(BODY, NO_HEADERS, None, True) for _ in range(10)]
        assert {response.status for response in await asyncio.gather(*calls)} == {200}
        assert server.connections == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"data": "chunks"}, chunked=True),
        Reply({"data": "until the end"}, close=True),
        Reply({"data": "x" * 200_000}),
    ],
)
async def test_a_body_is_read_however_it_is_framed(reply: Reply) -> None:
    async with subgraph_server(lambda _: reply) as server, client(server.url) as http:
        response = await http.request(BODY, NO_HEADERS, None, True)
    assert response.body == reply.body


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b'{"data":1}')),
        ("deflate", zlib.compress(b'{"data":1}')),
        ("deflate", zlib.compress(b'{"data":1}')[2:-4]),
    ],
    ids=["gzip", "zlib", "raw-deflate"],
)
async def test_compressed_answers_are_unpacked(encoding: str, packed: bytes) -> None:
    reply = Reply(packed, headers=(("Content-Encoding", encoding),))
    async with (
        subgraph_server(lambda _: reply) as server,
        client(server.url, compression=True) as http,
    ):
        response = await http.request(BODY, NO_HEADERS, None, True)
    assert response.body == b'{"data":1}'
    assert ("accept-encoding", "gzip, deflate") in server.headers[0]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(gzip.compress(b" " * 100_000), headers=(("Content-Encoding", "gzip"),)),
        Reply(b" " * 2_000),
        Reply(b" " * 2_000, chunked=True),
        Reply(b"garbage", headers=(("Content-Encoding", "gzip"),)),
        Reply(b"x", headers=(("Content-Encoding", "br"),)),
    ],
)
async def test_bodies_that_are_too_large_or_cannot_be_unpacked_are_malformed(reply: Reply) -> None:
    async with (
        subgraph_server(lambda _: reply) as server,
        client(server.url, max_answer_bytes=1_000) as http,
    ):
        with pytest.raises(AnswerMalformed):
            await http.request(BODY, NO_HEADERS, None, True)


async def test_something_else_than_http_is_malformed() -> None:
    async def other(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")
        await writer.drain()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with client(f"http://127.0.0.1:{port}/") as http:
        with pytest.raises(AnswerMalformed):
            await http.request(BODY, NO_HEADERS, None, True)
    server.close()


async def test_a_refused_connection_fails_every_call_that_waits() -> None:
    port = await closed_port()
    async with client(f"http://127.0.0.1:{port}/", pool_size=1) as http:
        calls = [http.request(BODY, NO_HEADERS, None, True) for _ in range(3)]
        for call in calls:
            with pytest.raises(ConnectFailed):
                await call


async def test_a_query_meets_a_connection_that_was_just_closed_and_is_sent_again() -> None:
    async with subgraph_server(lambda _: OK) as server, client(server.url) as http:
        await http.request(BODY, NO_HEADERS, None, True)
        for writer in list(server.writers):
            writer.close()
        response = await http.request(BODY, NO_HEADERS, None, True)  # before the close is seen
        assert response.status == 200
        assert server.connections == 2


async def test_a_mutation_is_never_sent_twice() -> None:
    async with subgraph_server(lambda _: OK) as server, client(server.url) as http:
        await http.request(BODY, NO_HEADERS, None, False)
        for writer in list(server.writers):
            writer.close()
        with pytest.raises(ConnectionLost):
            await http.request(BODY, NO_HEADERS, None, False)
        assert len(server.requests) == 1


async def test_an_answer_that_breaks_off_is_not_asked_for_again() -> None:
    broken = Reply({"data": 1}, break_off=True)
    async with subgraph_server(lambda _: broken) as server, client(server.url) as http:
        with pytest.raises(ConnectionLost):
            await http.request(BODY, NO_HEADERS, None, True)
        assert len(server.requests) == 1


async def test_the_earlier_of_deadline_and_time_out_ends_a_request() -> None:
    slow = Reply({"data": 1}, delay_seconds=5)
    loop = asyncio.get_running_loop()
    async with subgraph_server(lambda _: slow) as server, client(server.url) as http:
        began = loop.time()
        with pytest.raises(RequestTimedOut):
            await http.request(BODY, NO_HEADERS, began + 0.1, True)
        assert 0.05 < loop.time() - began < 0.5
        with pytest.raises(RequestTimedOut):
            await http.request(BODY, NO_HEADERS, began, True)
        assert len(server.requests) == 1


async def test_a_cancelled_request_closes_its_connection_and_leaves_the_others() -> None:
    slow = Reply({"data": 1}, delay_seconds=0.1)
    async with subgraph_server(lambda _: slow) as server, client(server.url) as http:
        calls = [http.request(BODY, NO_HEADERS, None, True) for _ in range(2)]
        await asyncio.sleep(0.03)
        calls[0].cancel()
        assert (await calls[1]).status == 200
        assert server.abandoned == 1


async def test_headers_go_along_but_for_those_of_one_connection() -> None:
    headers = OutgoingHeaders(
        (
            (b"authorization", b"Bearer x"),
            (b"connection", b"close"),
            (b"content-length", b"9"),
            (b"evil", b"a\r\nx-injected: 1"),
            (b"x-old", b"1"),
        )
    )
    rules = RequestHeaderRules(rename=((b"x-old", b"x-new"),), insert=((b"x-own", b"2"),))
    async with (
        subgraph_server(lambda _: OK) as server,
        client(server.url, request_headers=rules) as http,
    ):
        await http.request(BODY, headers, None, True)
    seen = dict(server.headers[0])
    assert seen["authorization"] == "Bearer x"
    assert seen["content-length"] == str(len(BODY))
    assert (seen["x-new"], seen["x-own"]) == ("1", "2")
    assert not {"connection", "evil", "x-injected", "x-old"} & seen.keys()


async def test_answers_whose_head_is_known_are_read_as_the_first_was() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nSet-Cookie: a=1\r\n\r\n"
    pieces = [
        (head + b"one",),
        (head + b"two",),
        (head, b"3rd"),
        (head[:20], head[20:] + b"4", b"th"),
        (head + b"five",),  # longer than it says: read as far as it says, then closed
        (head + b"six",),
    ]

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while pieces:
            await reader.readuntil(b"{x}")
            for piece in pieces.pop(0):
                writer.write(piece)
                await asyncio.sleep(0.02)

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with client(f"http://127.0.0.1:{port}/") as http:
        responses = [await http.request(BODY, NO_HEADERS, None, True) for _ in range(6)]
    bodies = [response.body for response in responses]
    assert bodies == [b"one", b"two", b"3rd", b"4th", b"fiv", b"six"]
    assert {response.headers for response in responses} == {
        ((b"content-length", b"3"), (b"set-cookie", b"a=1"))
    }
    server.close()


async def test_an_interim_response_is_passed_over() -> None:
    async def early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{x}")
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(early, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with client(f"http://127.0.0.1:{port}/") as http:
        response = await http.request(BODY, NO_HEADERS, None, True)
    assert (response.status, response.body) == (200, b"{}")
    assert response.headers == ((b"content-length", b"2"),)
    server.close()


async def test_closing_the_client_fails_what_is_under_way() -> None:
    slow = Reply({"data": 1}, delay_seconds=5)
    async with subgraph_server(lambda _: slow) as server, client(server.url) as http:
        call = http.request(BODY, NO_HEADERS, None, True)
        await asyncio.sleep(0.03)
        await http.aclose()
        with pytest.raises(ConnectionLost):
            await call
        with pytest.raises(ConnectionLost):
            await http.request(BODY, NO_HEADERS, None, True)


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="ftp"):
        SubgraphSettings(url="ftp://x/")
    with pytest.raises(ValueError, match="positive"):
        SubgraphSettings(url="http://x/", timeout_seconds=0)
