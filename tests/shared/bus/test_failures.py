"""What every bus adapter does with messages whose handler fails: retry, park, replay."""

import asyncio

import pytest

from shared.bus import Bus, Message, MessageRejected, base
from tests.shared.bus.conftest import THINGS, BusFactory
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually


@pytest.mark.usefixtures("quick_retries")
async def test_a_handler_that_fails_gets_the_message_again(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    received = Received()

    async def fail_once(message: Message) -> None:
        received.append(message)
        if len(received) == 1:
            raise RuntimeError("not yet")

    message = a_message()
    async with consuming(bus, THINGS, fail_once):
        await bus.publish([message])
        await eventually(lambda: len(received) == 2)
        await asyncio.sleep(0.5)
    assert received == [message, message]
    assert await bus.parked(THINGS) == []


@pytest.mark.usefixtures("quick_retries")
async def test_a_failing_message_holds_up_no_other(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    poison, good = a_message(), a_message()
    received = Received()

    async def refuse_poison(message: Message) -> None:
        if message.id == poison.id:
            raise RuntimeError("poison")
        received.append(message)

    async with consuming(bus, THINGS, refuse_poison):
        await bus.publish([poison, good])
        await eventually(lambda: received.ids == [good.id], within_seconds=2)


@pytest.mark.usefixtures("quick_retries")
async def test_after_the_last_retry_a_message_is_parked_with_the_reason(
    open_bus: BusFactory,
) -> None:
    bus = await open_bus(THINGS)
    attempts = Received()

    async def fail(message: Message) -> None:
        attempts.append(message)
        raise ValueError("never works")

    message = a_message("tests.thing.broken.v1", b"\x00\xff")
    async with consuming(bus, THINGS, fail):
        await bus.publish([message])
        await eventually(lambda: len(attempts) == 3)
        await asyncio.sleep(0.5)
    assert len(attempts) == 3
    (parked,) = await bus.parked(THINGS)
    assert parked == base.ParkedMessage(message, "ValueError: never works", 3)


async def test_a_rejected_message_is_parked_at_once(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    attempts = Received()

    async def reject(message: Message) -> None:
        attempts.append(message)
        raise MessageRejected("unknown schema version 9")

    async with consuming(bus, THINGS, reject):
        await bus.publish([a_message()])
        await eventually(lambda: len(attempts) == 1)
        await asyncio.sleep(0.3)
    (parked,) = await bus.parked(THINGS)
    assert "unknown schema version 9" in parked.reason
    assert len(attempts) == 1


async def test_looking_at_parked_messages_leaves_them_parked(open_bus: BusFactory) -> None:
    bus = await open_bus(THINGS)
    await _park(bus, 3)
    looks = [await bus.parked(THINGS, limit=2) for _ in range(25)]
    assert all(len(look) == 2 for look in looks)
    assert len(await bus.parked(THINGS)) == 3


async def test_replayed_messages_are_delivered_anew_and_no_longer_parked(
    open_bus: BusFactory,
) -> None:
    bus = await open_bus(THINGS)
    messages = await _park(bus, 3)
    received = Received()
    assert await bus.replay(THINGS, limit=2) == 2
    assert len(await bus.parked(THINGS)) == 1
    assert await bus.replay(THINGS) == 1
    async with consuming(bus, THINGS, received.handle):
        await eventually(lambda: len(received) == 3)
    assert sorted(received.ids) == sorted(message.id for message in messages)
    assert await bus.parked(THINGS) == []
    assert await bus.replay(THINGS) == 0


async def test_a_cancelled_consumer_gives_its_unfinished_messages_back(
    open_bus: BusFactory,
) -> None:
    first, second = await open_bus(THINGS), await open_bus(THINGS)
    started, received = asyncio.Event(), Received()

    async def never_finish(_: Message) -> None:
        started.set()
        await asyncio.Event().wait()

    message = a_message()
    await first.publish([message])
    async with consuming(first, THINGS, never_finish):
        await asyncio.wait_for(started.wait(), 5)
    async with consuming(second, THINGS, received.handle):
        await eventually(lambda: received.ids == [message.id], within_seconds=5)


async def test_a_message_that_takes_its_consumer_down_each_time_is_parked(
    open_bus: BusFactory,
) -> None:
    bus = await open_bus(THINGS)
    started = asyncio.Event()

    async def never_finish(_: Message) -> None:
        started.set()
        await asyncio.Event().wait()

    async def is_parked() -> bool:
        return len(await bus.parked(THINGS)) == 1

    await bus.publish([a_message()])
    for _ in range(base.DELIVERY_LIMIT + 1):
        started.clear()
        async with consuming(bus, THINGS, never_finish):
            await asyncio.wait_for(started.wait(), 5)
    async with consuming(bus, THINGS, never_finish):
        await eventually(is_parked)
    (parked,) = await bus.parked(THINGS)
    assert "delivery_limit" in parked.reason


async def _park(bus: Bus, count: int) -> list[Message]:
    """Messages that were rejected, and so are parked."""

    async def reject(_: Message) -> None:
        raise MessageRejected("to be parked")

    messages = [a_message() for _ in range(count)]
    await bus.publish(messages)
    async with consuming(bus, THINGS, reject):

        async def all_are_parked() -> bool:
            return len(await bus.parked(THINGS)) == count

        await eventually(all_are_parked)
    return messages
