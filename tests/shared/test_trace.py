"""Events tell where they come from, without use cases passing it on."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import trace
from shared.bus import Queue
from shared.contracts.events import Event
from shared.db import Database
from shared.ids import uuid7
from shared.outbox import append
from shared.trace import Trace, tracing
from shared.worker import Consumer, event_handler
from tests.testkit.events import an_event, as_message


async def origins(database: Database) -> list[tuple[str | None, str | None, str | None]]:
    """Correlation, causation and traceparent of each appended event."""
    statement = text(
        "SELECT event->>'correlationId', event->>'causationId', traceparent FROM outbox ORDER BY id"
    )
    async with database.reading() as session:
        rows = (await session.execute(statement)).all()
    return [(row[0], row[1], row[2]) for row in rows]


async def test_an_appended_event_gets_the_current_trace(database: Database) -> None:
    cause = uuid7()
    with tracing(Trace("r-1", cause, "00-a-b-01")):
        async with database.transaction() as session:
            await append(session, an_event())
    assert await origins(database) == [("r-1", str(cause), "00-a-b-01")]


async def test_what_an_event_says_itself_is_kept(database: Database) -> None:
    event = an_event()
    own = Event(
        event.id, event.type, event.aggregate_id, 1, event.occurred_at, {}, correlation_id="own"
    )
    with tracing(Trace("r-1")):
        async with database.transaction() as session:
            await append(session, own)
    assert await origins(database) == [("own", None, None)]


async def test_outside_of_any_trace_there_is_no_origin(database: Database) -> None:
    async with database.transaction() as session:
        await append(session, an_event())
    assert await origins(database) == [(None, None, None)]


async def test_a_handlers_events_are_caused_by_the_event_it_handles(database: Database) -> None:
    async def react(session: AsyncSession, event: Event) -> None:
        await append(session, an_event("tests.reaction.done"))

    consumer = Consumer(Queue("q", ("#",)), {"tests.thing.happened": react})
    event = an_event()
    cause = Event(
        event.id, event.type, event.aggregate_id, 1, event.occurred_at, {}, correlation_id="r-9"
    )
    await event_handler(database, consumer)(as_message(cause))
    assert await origins(database) == [("r-9", str(cause.id), None)]
    assert trace.current() == Trace()


async def test_parallel_tasks_do_not_see_each_others_trace() -> None:
    async def work(name: str) -> str | None:
        trace.begin(Trace(name))
        await asyncio.sleep(0.01)
        return trace.current().correlation_id

    assert tuple(await asyncio.gather(work("a"), work("b"))) == ("a", "b")
    assert trace.current() == Trace()
