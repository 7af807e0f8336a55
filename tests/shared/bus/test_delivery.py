"""What every bus adapter promises about delivery, on a real broker each."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

import pytest

from shared.bus import Message, Queue
from tests.shared.bus.conftest import THINGS, BusFactory
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually

OTHERS = Queue("test.others", ("tests.other.*.v1",))
NOBODYS = "nobody.asked.for_this.v1"


async def test_a_message_arrives_as_it_was_published(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    received = Received()
    message = Message(
        a_message().id, "tests.thing.made.v1", b'{"n": "\xc3\xbc"}', {"traceparent": "00-1-2-01"}
    )
    await bus.publish([message])
    async with consuming(bus, THINGS, received.handle):
        await eventually(lambda: len(received) == 1)
    assert received == [message]


async def test_each_queue_gets_what_matches_its_bindings(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS, OTHERS)
    things, others = Received(), Received()
    published = [
        a_message(key)
        for key in ("tests.thing", "tests.thing.made.v2", "tests.other.made.v1", "tests.other.v1")
    ]
    await bus.publish(published)
    async with consuming(bus, THINGS, things.handle), consuming(bus, OTHERS, others.handle):
        await eventually(lambda: len(things) == 2 and len(others) == 1)
        await asyncio.sleep(0.2)
    assert set(things.ids) == {published[0].id, published[1].id}
    assert others.ids == [published[2].id]


async def test_a_queue_with_two_matching_bindings_gets_one_copy(open_bus: BusFactory) -> None:
    queue = Queue("test.twice", ("tests.#", "#.v1"))
    bus = await open_bus(queue)
    received = Received()
    await bus.publish([a_message("tests.thing.v1")])
    async with consuming(bus, queue, received.handle):
        await eventually(lambda: len(received) == 1)
        await asyncio.sleep(0.3)
    assert len(received) == 1


async def test_what_was_published_waits_for_a_consumer_that_starts_later(
    open_bus: BusFactory,
) -> None:
    publisher = await open_bus(THINGS)
    message = a_message()
    await publisher.publish([message])
    await publisher.close()
    received = Received()
    async with consuming(await open_bus(), THINGS, received.handle):
        await eventually(lambda: received.ids == [message.id])


async def test_a_message_that_no_queue_wants_is_accepted_and_dropped(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    await bus.publish([a_message(NOBODYS)])
    await bus.publish_after(a_message(NOBODYS), timedelta(milliseconds=100))


async def test_a_thousand_messages_arrive_once_each(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    received = Received()
    messages = [a_message() for _ in range(1000)]
    async with consuming(bus, THINGS, received.handle):
        await bus.publish(messages)
        await eventually(lambda: len(received) >= 1000, within_seconds=30)
    assert sorted(received.ids) == sorted(message.id for message in messages)


async def test_two_consumers_share_the_work(open_bus: BusFactory) -> None:
    first_bus, second_bus = await open_bus(THINGS), await open_bus(THINGS)
    first, second = Received(), Received()

    def slowly(received: Received) -> Callable[[Message], Awaitable[None]]:
        async def handle(message: Message) -> None:
            await asyncio.sleep(0.005)
            received.append(message)

        return handle

    async with (
        consuming(first_bus, THINGS, slowly(first)),
        consuming(second_bus, THINGS, slowly(second)),
    ):
        await first_bus.publish([a_message() for _ in range(200)])
        await eventually(lambda: len(first) + len(second) >= 200)
    assert len(set(first.ids) | set(second.ids)) == 200
    assert min(len(first), len(second)) > 20


@pytest.mark.parametrize("seconds", [0.05, 0.3, 1.25])
async def test_a_delayed_message_arrives_after_its_delay_and_not_before(
    open_bus: BusFactory, seconds: float
) -> None:
    bus = await open_bus(THINGS)
    received = Received()
    async with consuming(bus, THINGS, received.handle):
        started = monotonic()
        await bus.publish_after(a_message(), timedelta(seconds=seconds))
        await eventually(lambda: len(received) == 1)
    assert seconds <= monotonic() - started < seconds + 1.0


async def test_a_short_delay_does_not_wait_behind_a_long_one(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    received = Received()
    long, short = a_message(), a_message()
    await bus.publish_after(long, timedelta(seconds=2))
    await bus.publish_after(short, timedelta(milliseconds=200))
    async with consuming(bus, THINGS, received.handle):
        assert await eventually(lambda: received.ids == [short.id]) < 1.5
        await eventually(lambda: received.ids == [short.id, long.id])
