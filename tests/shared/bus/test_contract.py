"""What every bus adapter promises, on a real broker each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic
from uuid import UUID

import pytest

from shared.bus import Bus, Message, MessageRejected, PublishFailed, Queue, base
from shared.bus.connect import connect
from tests.shared.bus.conftest import BusFactory
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually
from tests.testkit.proxy import proxied

THINGS = Queue("test.things", ("tests.thing.#",))
OTHERS = Queue("test.others", ("tests.other.*.v1",))
NOBODYS = "nobody.asked.for_this.v1"


class Received(list[Message]):
    """Remembers what a handler was given."""

    async def handle(self, message: Message) -> None:
        self.append(message)

    @property
    def ids(self) -> list[UUID]:
        return [message.id for message in self]


@asynccontextmanager
async def consuming(
    bus: Bus, queue: Queue, handler: Callable[[Message], Awaitable[None]]
) -> AsyncIterator[None]:
    task = asyncio.create_task(bus.consume(queue, handler))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two retries of at most a second, so that a test sees the end of them."""
    quick = (timedelta(milliseconds=200), timedelta(milliseconds=400))
    for module in _modules_with_retry_delays():
        monkeypatch.setattr(module, "RETRY_DELAYS", quick)


def _modules_with_retry_delays() -> list[object]:
    import shared.bus.postgres.consumer
    import shared.bus.rabbitmq.consumer
    import shared.bus.rabbitmq.topology

    return [
        base,
        shared.bus.postgres.consumer,
        shared.bus.rabbitmq.consumer,
        shared.bus.rabbitmq.topology,
    ]


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


async def test_it_starts_without_the_broker_and_works_once_it_is_there(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        await proxy.cut()
        bus = connect(url)
        await bus.start()
        try:
            await bus.declare([THINGS])
            assert not bus.connected
            received = Received()
            async with consuming(bus, THINGS, received.handle):
                await proxy.heal()
                await eventually(lambda: bus.connected, within_seconds=10)
                await bus.publish([a_message()])
                await eventually(lambda: len(received) == 1)
        finally:
            await bus.close()


async def test_publishing_fails_within_its_time_limit_while_the_broker_is_away(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        bus = await open_bus(THINGS, url=url)
        await proxy.cut()
        await eventually(lambda: not bus.connected)
        started = monotonic()
        with pytest.raises(PublishFailed):
            await bus.publish([a_message()])
        assert monotonic() - started < base.PUBLISH_TIMEOUT_SECONDS + 1


async def test_publishing_fails_within_its_time_limit_when_the_connection_hangs(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        bus = await open_bus(THINGS, url=url)
        proxy.freeze()
        started = monotonic()
        with pytest.raises(PublishFailed):
            await bus.publish([a_message()])
        assert monotonic() - started < base.PUBLISH_TIMEOUT_SECONDS + 1
        await proxy.cut()
        await proxy.heal()
        await eventually(lambda: bus.connected, within_seconds=20)


async def test_a_consumer_carries_on_after_the_connection_was_lost(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        bus, direct = await open_bus(THINGS, url=url), await open_bus(THINGS)
        received = Received()
        async with consuming(bus, THINGS, received.handle):
            await direct.publish([a_message()])
            await eventually(lambda: len(received) == 1)
            await proxy.cut()
            await eventually(lambda: not bus.connected)
            missed = a_message()
            await direct.publish([missed])
            await proxy.heal()
            await eventually(lambda: missed.id in received.ids, within_seconds=20)
            await bus.publish([a_message()])
            await eventually(lambda: len(received) == 3)


async def test_a_message_whose_consumer_vanished_is_delivered_to_another(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        vanishing, other = await open_bus(THINGS, url=url), await open_bus(THINGS)
        started, received = asyncio.Event(), Received()

        async def never_finish(_: Message) -> None:
            started.set()
            await asyncio.Event().wait()

        message = a_message()
        async with consuming(vanishing, THINGS, never_finish):
            await other.publish([message])
            await asyncio.wait_for(started.wait(), 5)
            await proxy.cut()
            async with consuming(other, THINGS, received.handle):
                await eventually(lambda: received.ids == [message.id], within_seconds=10)


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
