"""State and event commit together; committed events reach the bus, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.bus import Bus, Message, PublishFailed, Queue
from shared.bus.connect import connect
from shared.contracts.events import Event, decode
from shared.db import Database, database_now
from shared.outbox import Relay, append, append_many, forget_sent
from tests.testkit.databases import Databases
from tests.testkit.events import an_event
from tests.testkit.eventually import eventually
from tests.testkit.proxy import proxied


class RecordingBus:
    """A bus at the Protocol's edge that remembers; `failing` makes publishing fail."""

    connected = True

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.delayed: list[tuple[Message, timedelta]] = []
        self.failing = False

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.failing:
            raise PublishFailed("told to fail")
        self.published += messages

    async def publish_after(self, message: Message, delay: timedelta) -> None:
        if self.failing:
            raise PublishFailed("told to fail")
        self.delayed.append((message, delay))

    @property
    def events(self) -> list[Event]:
        return [decode(message.body) for message in self.published]


@asynccontextmanager
async def relaying(database: Database, bus: RecordingBus | Bus) -> AsyncIterator[Relay]:
    relay = Relay(database, bus)  # type: ignore[arg-type]  # the parts of a Bus that a relay uses
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def commit(database: Database, *events: Event, after: timedelta | None = None) -> None:
    async with database.transaction() as session:
        moment = None if after is None else await database_now(session) + after
        await append_many(session, events, deliver_at=moment)


async def unsent(database: Database) -> int:
    async with database.reading() as session:
        count = await session.execute(text("SELECT count(*) FROM outbox WHERE sent_at IS NULL"))
        return int(count.scalar_one())


async def test_a_committed_event_is_published_as_it_was_appended(database: Database) -> None:
    bus, event = RecordingBus(), an_event(data={"price": {"amountMinor": 5}, "names": ["ü"]})
    async with relaying(database, bus):
        await commit(database, event)
        await eventually(lambda: len(bus.published) == 1)
    assert bus.events == [event]
    assert bus.published[0].id == event.id
    assert bus.published[0].routing_key == "tests.thing.happened.v1"


async def test_a_rolled_back_event_is_never_published(database: Database) -> None:
    bus = RecordingBus()
    async with relaying(database, bus):

        async def fail() -> None:
            async with database.transaction() as session:
                await append(session, an_event())
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail()
        await asyncio.sleep(0.3)
    assert bus.published == []


async def test_a_notified_relay_publishes_long_before_its_poll(database: Database) -> None:
    bus = RecordingBus()
    async with relaying(database, bus) as relay:
        await eventually(lambda: relay.leading)
        await asyncio.sleep(0.1)
        lags = []
        for count in range(1, 11):
            started = monotonic()
            await commit(database, an_event())
            await eventually(lambda count=count: len(bus.published) == count)  # type: ignore[misc]  # bound now
            lags.append(monotonic() - started)
    assert sorted(lags)[5] < 0.1


async def test_events_are_published_in_the_order_they_were_appended(database: Database) -> None:
    bus, events = RecordingBus(), [an_event(version=n) for n in range(1, 21)]
    await commit(database, *events)
    async with relaying(database, bus):
        await eventually(lambda: len(bus.published) == 20)
    assert bus.events == events


async def test_an_event_that_committed_late_is_not_overtaken_for_good(database: Database) -> None:
    bus, early, late = RecordingBus(), an_event(), an_event()
    async with relaying(database, bus):
        async with database.transaction() as slow:
            await append(slow, late)
            await commit(database, early)
            await eventually(lambda: len(bus.published) == 1)
        await eventually(lambda: len(bus.published) == 2)
    assert [event.id for event in bus.events] == [early.id, late.id]


async def test_an_event_with_a_time_is_handed_over_with_its_delay(database: Database) -> None:
    bus, event = RecordingBus(), an_event()
    async with relaying(database, bus):
        await commit(database, event, after=timedelta(seconds=30))
        await eventually(lambda: len(bus.delayed) == 1)
    message, delay = bus.delayed[0]
    assert (message.id, bus.published) == (event.id, [])
    assert timedelta(seconds=29) < delay <= timedelta(seconds=30)


async def test_an_event_whose_time_has_passed_is_published_at_once(database: Database) -> None:
    bus = RecordingBus()
    async with relaying(database, bus):
        await commit(database, an_event(), after=timedelta(seconds=-5))
        await eventually(lambda: len(bus.published) == 1)
    assert bus.delayed == []


async def test_what_the_bus_refuses_stays_and_is_published_later(database: Database) -> None:
    bus, event = RecordingBus(), an_event()
    bus.failing = True
    async with relaying(database, bus):
        await commit(database, event)
        await asyncio.sleep(0.3)
        assert await unsent(database) == 1
        bus.failing = False
        await eventually_all_sent(database)
    assert len(bus.published) == 1


async def test_of_two_relays_one_leads_and_the_other_takes_over(database: Database) -> None:
    bus = RecordingBus()
    async with relaying(database, bus) as second:
        async with relaying(database, bus) as first:
            await eventually(lambda: first.leading or second.leading)
            await asyncio.sleep(0.2)
            assert first.leading != second.leading
        await eventually(lambda: second.leading)
        await commit(database, an_event())
        await eventually(lambda: len(bus.published) == 1)
    assert len(bus.published) == 1


async def test_a_crash_between_publish_and_mark_publishes_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, event = RecordingBus(), an_event()
    await commit(database, event)
    monkeypatch.setattr("shared.outbox._MARK_SENT", "SELECT 1 / 0 FROM unnest($1::bigint[])")
    async with relaying(database, bus):
        await eventually(lambda: len(bus.published) >= 1)
    monkeypatch.undo()
    assert await unsent(database) == 1
    async with relaying(database, bus):
        await eventually_all_sent(database)
    assert [message.id for message in bus.published][-2:] == [event.id, event.id]


async def test_the_relay_carries_on_after_its_database_was_away(service_url: str) -> None:
    async with proxied(service_url) as (proxy, url):
        direct, through, bus = Database(service_url), Database(url), RecordingBus()
        async with relaying(through, bus) as relay:
            await eventually(lambda: relay.leading)
            await proxy.cut()
            await eventually(lambda: not relay.leading)
            await commit(direct, an_event())
            await proxy.heal()
            await eventually(lambda: len(bus.published) == 1)
        await through.close()
        await direct.close()


async def test_an_event_id_cannot_be_appended_twice(database: Database) -> None:
    event = an_event()
    await commit(database, event)
    with pytest.raises(IntegrityError):
        await commit(database, event)


async def test_only_sent_rows_are_forgotten(database: Database) -> None:
    bus = RecordingBus()
    async with relaying(database, bus):
        await commit(database, an_event())
        await eventually_all_sent(database)
    await commit(database, an_event())
    assert await forget_sent(database, keep=timedelta(0)) == 1
    assert await unsent(database) == 1


async def test_appending_no_events_writes_nothing(database: Database) -> None:
    await commit(database)
    assert await unsent(database) == 0


@pytest.mark.parametrize("broker", ["postgres", "rabbitmq"])
async def test_a_backlog_drains_in_batches(
    broker: str, database: Database, databases: Databases, request: pytest.FixtureRequest
) -> None:
    url = await databases.create() if broker == "postgres" else request.getfixturevalue("amqp_url")
    rows = 5_000
    bus = connect(url)
    await bus.start()
    await bus.declare([Queue("drain", ("tests.#",))])
    await eventually(lambda: bus.connected)
    for _ in range(rows // 1000):
        await commit(database, *(an_event() for _ in range(1000)))
    started = monotonic()
    async with relaying(database, bus):
        await eventually_all_sent(database, within_seconds=60)
    took = monotonic() - started
    await bus.close()
    assert rows / took > 500, "one by one would be a few hundred a second"


async def eventually_all_sent(database: Database, within_seconds: float = 10) -> None:
    async def all_sent() -> bool:
        return await unsent(database) == 0

    await eventually(all_sent, within_seconds)
