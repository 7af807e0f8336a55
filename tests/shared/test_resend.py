"""What the broker lost is sent again: the latest event of each aggregate, at each age once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import aio_pika
import pytest
from sqlalchemy import text

from shared.bus import Queue
from shared.bus.connect import connect
from shared.contracts.events import Event
from shared.db import Database
from shared.ids import uuid7
from shared.outbox import Relay, append_many
from shared.resend import resend
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import an_event
from tests.testkit.eventually import eventually

HANDED_OVER, DONE = "tests.thing.handed_over", "tests.thing.done"
TYPES = {HANDED_OVER}


async def sent(database: Database, *events: Event, ago: float) -> None:
    """Events that were appended and sent so many seconds ago."""
    async with database.transaction() as session:
        await append_many(session, events)
        ids = [event.id for event in events]
        await session.execute(
            text(
                "UPDATE outbox SET created_at = now() - CAST(:ago AS interval),"
                " sent_at = now() - CAST(:ago AS interval) WHERE event_id = ANY(:ids)"
            ),
            {"ago": timedelta(seconds=ago), "ids": ids},
        )


async def relayed(database: Database, ago: float = 0) -> set[UUID]:
    """Mark what is unsent as sent, as the relay does; which events those were."""
    async with database.transaction() as session:
        rows = await session.execute(
            text(
                "UPDATE outbox SET sent_at = now() - CAST(:ago AS interval)"
                " WHERE sent_at IS NULL RETURNING event_id"
            ),
            {"ago": timedelta(seconds=ago)},
        )
        return {UUID(str(row[0])) for row in rows}


async def test_an_event_is_sent_again_at_its_first_age_and_then_left_alone(
    database: Database,
) -> None:
    event = an_event(HANDED_OVER)
    await sent(database, event, ago=25)
    assert await resend(database, TYPES) == 1
    assert await relayed(database) == {event.id}
    assert await resend(database, TYPES) == 0


@pytest.mark.parametrize("ago", [0, 10, 19])
async def test_a_young_event_is_not_sent_again(database: Database, ago: float) -> None:
    await sent(database, an_event(HANDED_OVER), ago=ago)
    assert await resend(database, TYPES) == 0


async def test_it_is_sent_once_more_at_the_second_age(database: Database) -> None:
    event = an_event(HANDED_OVER)
    await sent(database, event, ago=301)
    assert await resend(database, TYPES) == 1
    assert await relayed(database) == {event.id}
    assert await resend(database, TYPES) == 0


async def test_a_resent_event_is_due_again_at_the_second_age(database: Database) -> None:
    event = an_event(HANDED_OVER)
    await sent(database, event, ago=301)
    async with database.transaction() as session:
        await session.execute(text("UPDATE outbox SET sent_at = now() - interval '280 seconds'"))
    assert await resend(database, TYPES) == 1


async def test_only_the_latest_event_of_an_aggregate_is_sent_again(database: Database) -> None:
    thing = uuid7()
    first, latest = (an_event(HANDED_OVER, aggregate_id=thing, version=n) for n in (1, 2))
    await sent(database, first, latest, ago=25)
    assert await resend(database, TYPES) == 1
    assert await relayed(database) == {latest.id}


async def test_an_aggregate_that_went_on_to_its_end_is_left_alone(database: Database) -> None:
    thing = uuid7()
    await sent(database, an_event(HANDED_OVER, aggregate_id=thing), ago=25)
    await sent(database, an_event(DONE, aggregate_id=thing, version=2), ago=5)
    assert await resend(database, TYPES) == 0


async def test_what_was_never_sent_is_the_relays_business(database: Database) -> None:
    async with database.transaction() as session:
        await append_many(session, [an_event(HANDED_OVER)])
    assert await resend(database, TYPES) == 0


async def test_a_purged_queue_heals_by_itself(database: Database, amqp_url: str) -> None:
    bus, queue, received = connect(amqp_url), Queue("test.things", ("tests.#",)), Received()
    await bus.start()
    await bus.declare([queue])
    await eventually(lambda: bus.connected)
    relay = asyncio.create_task(Relay(database, bus).run())
    event = an_event(HANDED_OVER)
    async with database.transaction() as session:
        await append_many(session, [event])
    await eventually(lambda: _is_emptied(amqp_url, queue.name))
    async with consuming(bus, queue, received.handle):
        age = timedelta(seconds=1)
        await asyncio.sleep(1.1)
        assert await resend(database, TYPES, ages=[age]) == 1
        await eventually(lambda: received.ids == [event.id])
    relay.cancel()
    await bus.close()


async def _is_emptied(amqp_url: str, name: str) -> bool:
    """Purge the queue; whether there was something in it."""
    async with await aio_pika.connect(amqp_url) as connection:
        queue = await (await connection.channel()).get_queue(name)
        return bool((await queue.purge()).message_count)
