"""Routing key patterns: our matcher, PostgreSQL's regular expressions and RabbitMQ agree."""

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus import Bus, Queue
from shared.bus.topic import dotted, matches, to_regex
from shared.db import asyncpg_dsn
from tests.shared.bus.conftest import BusFactory
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually

EXAMPLES = [
    ("a.b", "a.b", True),
    ("a.b", "a.b.c", False),
    ("a.b", "aXb", False),
    ("a.*", "a.b", True),
    ("a.*", "a", False),
    ("a.*", "a.b.c", False),
    ("*.*", "a.b", True),
    ("#", "a", True),
    ("#", "a.b.c", True),
    ("a.#", "a", True),
    ("a.#", "a.b", True),
    ("a.#", "ab", False),
    ("#.z", "z", True),
    ("#.z", "a.b.z", True),
    ("a.#.z", "a.z", True),
    ("a.#.z", "a.b.c.z", True),
    ("a.#.z", "a.b.c", False),
    ("*.#", "a", True),
    ("#.*.#", "a.b", True),
    ("a-1.*", "a-1.x", True),
    ("a+.b", "aa.b", False),
]


@pytest.mark.parametrize(("pattern", "key", "expected"), EXAMPLES)
def test_patterns_match_as_in_amqp(pattern: str, key: str, expected: bool) -> None:
    assert matches(pattern, key) is expected


words = st.lists(st.sampled_from(["a", "b", "*", "#"]), min_size=1, max_size=5)
keys = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6)


@given(words, keys)
def test_patterns_match_as_the_definition_says(pattern: list[str], key: list[str]) -> None:
    assert matches(".".join(pattern), ".".join(key)) is by_definition(pattern, key)


def by_definition(pattern: list[str], key: list[str]) -> bool:
    """The definition, literally: `*` takes one word, `#` none or more."""
    if not pattern:
        return not key
    first, rest = pattern[0], pattern[1:]
    if first == "#":
        return any(by_definition(rest, key[count:]) for count in range(len(key) + 1))
    return bool(key) and first in ("*", key[0]) and by_definition(rest, key[1:])


async def test_postgresql_reads_the_expressions_in_the_same_way(database_url: str) -> None:
    connection = await asyncpg.connect(asyncpg_dsn(database_url))
    for pattern, key, expected in EXAMPLES:
        found = await connection.fetchval(
            "SELECT $1::text ~ $2::text", dotted(key), to_regex(pattern)
        )
        assert found is expected, (pattern, key)
    await connection.close()


async def test_the_broker_delivers_what_the_patterns_match(open_bus: BusFactory) -> None:
    patterns = sorted({pattern for pattern, _, _ in EXAMPLES})
    routing_keys = sorted({key for _, key, _ in EXAMPLES})
    queues = [Queue(f"q{index}", (pattern,)) for index, pattern in enumerate(patterns)]
    bus = await open_bus(*queues)
    await bus.publish([a_message(key) for key in routing_keys])
    for queue in queues:
        expected = sorted(key for key in routing_keys if matches(queue.bindings[0], key))
        assert await _drained(bus, queue, len(expected)) == expected


async def _drained(bus: Bus, queue: Queue, count: int) -> list[str]:
    received = Received()
    async with consuming(bus, queue, received.handle):
        await eventually(lambda: len(received) >= count)
    return sorted(message.routing_key for message in received)
