"""Compressed answers."""

import gzip

import pytest

from gateway.server.compression import accepts_gzip
from tests.gateway.server.conftest import Serve

LONG = {"query": f'{{ hello(name: "{"x" * 3_000}") }}'}


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (b"gzip", True),
        (b"br, gzip;q=0.8", True),
        (b"*", True),
        (b"GZIP", True),
        (b"gzip;q=0", False),
        (b"*, gzip;q=0", False),
        (b"br", False),
        (b"gzip;q=x", False),
        (b"", False),
    ],
)
def test_gzip_is_sent_only_to_those_who_take_it(header: bytes, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


async def test_a_long_answer_is_compressed(serve: Serve) -> None:
    async with serve() as running:
        headers = {"accept-encoding": "gzip"}
        async with running.client.stream("POST", running.url, json=LONG, headers=headers) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(raw) < 500
    assert b"x" * 3_000 in gzip.decompress(raw)


@pytest.mark.parametrize(
    ("settings", "query", "encoding"),
    [
        ({}, {"query": "{ hello }"}, "gzip"),
        ({"compression_min_bytes": 0}, LONG, "gzip"),
        ({}, LONG, "identity"),
    ],
)
async def test_short_answers_and_unwilling_clients_get_theirs_plain(
    serve: Serve, settings: dict[str, int], query: dict[str, str], encoding: str
) -> None:
    async with serve(**settings) as running:
        response = await running.client.post(
            running.url, json=query, headers={"accept-encoding": encoding}
        )
    assert "content-encoding" not in response.headers
