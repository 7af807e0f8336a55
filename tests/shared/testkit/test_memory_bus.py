"""The in-memory bus keeps the promises of a bus, but for the faults it is told to have."""

from datetime import timedelta
from random import Random

import pytest

from shared.bus import Bus, Message, MessageRejected, Queue
from shared.bus.base import RETRY_DELAYS
from tests.testkit.consuming import Received
from tests.testkit.events import a_message
from tests.testkit.memory_bus import Faults, MemoryBroker, MemoryBus

THINGS = Queue("test.things", ("tests.thing.#",))
OTHERS = Queue("test.others", ("tests.other.#",))


async def opened(broker: MemoryBroker) -> Bus:
    bus: Bus = MemoryBus(broker)
    await bus.declare([THINGS, OTHERS])
    return bus


async def test_messages_reach_the_queues_they_match_when_told_so() -> None:
    broker, things, others = MemoryBroker(), Received(), Received()
    bus = await opened(broker)
    thing, other, nobodys = a_message(), a_message("tests.other.made.v1"), a_message("no.one")
    await bus.publish([thing, other, nobodys])
    with broker.consuming(THINGS, things.handle), broker.consuming(OTHERS, others.handle):
        assert things == []
        assert await broker.settle() == 2
    assert (things, others) == ([thing], [other])


async def test_a_delayed_message_waits_for_the_virtual_clock() -> None:
    broker, received = MemoryBroker(), Received()
    bus = await opened(broker)
    await bus.publish_after(a_message(), timedelta(minutes=15))
    with broker.consuming(THINGS, received.handle):
        broker.advance(timedelta(minutes=14, seconds=59))
        assert await broker.settle() == 0
        broker.advance(timedelta(seconds=1))
        assert await broker.settle() == 1


async def test_a_failing_message_is_retried_on_schedule_and_then_parked() -> None:
    broker, attempts = MemoryBroker(), []

    async def fail(message: Message) -> None:
        attempts.append(broker.now)
        raise ValueError("never works")

    bus = await opened(broker)
    await bus.publish([a_message()])
    with broker.consuming(THINGS, fail):
        for delay in RETRY_DELAYS:
            await broker.settle()
            broker.advance(delay)
        await broker.settle()
    assert len(attempts) == len(RETRY_DELAYS) + 1
    (parked,) = await bus.parked(THINGS)
    assert (parked.reason, parked.failures) == ("ValueError: never works", 5)


async def test_a_rejected_message_is_parked_and_can_be_replayed() -> None:
    broker, received = MemoryBroker(), Received()

    async def reject(_: Message) -> None:
        raise MessageRejected("no")

    bus = await opened(broker)
    messages = [a_message(), a_message(), a_message()]
    await bus.publish(messages)
    with broker.consuming(THINGS, reject):
        await broker.settle()
    assert await bus.replay(THINGS, limit=2) == 2
    assert len(await bus.parked(THINGS)) == 1
    assert await bus.replay(THINGS) == 1
    with broker.consuming(THINGS, received.handle):
        await broker.settle()
    assert received == messages


@pytest.mark.parametrize(
    ("faults", "least", "most"),
    [(Faults(drop=0.3), 600, 800), (Faults(double=0.3), 1200, 1400), (Faults(drop=1), 0, 0)],
)
async def test_it_drops_and_doubles_as_told(faults: Faults, least: int, most: int) -> None:
    broker, received = MemoryBroker(Random(7), faults), Received()
    bus = await opened(broker)
    await bus.publish([a_message() for _ in range(1000)])
    with broker.consuming(THINGS, received.handle):
        await broker.settle()
    assert least <= len(received) <= most


async def test_what_is_spared_is_never_dropped() -> None:
    faults = Faults(drop=1, spares=lambda message: message.routing_key.endswith("v1"))
    broker, received = MemoryBroker(faults=faults), Received()
    bus = await opened(broker)
    await bus.publish([a_message("tests.thing.v1"), a_message("tests.thing.v2")])
    with broker.consuming(THINGS, received.handle):
        await broker.settle()
    assert [message.routing_key for message in received] == ["tests.thing.v1"]


async def run(seed: int, messages: list[Message]) -> list[Message]:
    broker = MemoryBroker(Random(seed), Faults(drop=0.1, double=0.1, shuffle=True))
    received, bus = Received(), await opened(broker)
    await bus.publish(messages)
    with broker.consuming(THINGS, received.handle):
        await broker.settle()
    return received


async def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    messages = [a_message() for _ in range(50)]
    assert await run(1, messages) == await run(1, messages)
    assert await run(1, messages) != await run(2, messages)
