"""Events in (inside the unit of work), the same events on the bus out, at least once.

`append` writes the event's row in the caller's transaction, so that state and event commit
together. `Relay` publishes committed rows and marks them when the broker has confirmed. A
crash between the two publishes again; the consumers' inbox absorbs the duplicate.
There is no "last id" watermark: ids commit out of order, so the relay asks for unsent rows.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared import trace
from shared.bus.base import Bus, BusError, Message
from shared.contracts.events import Event, to_json
from shared.db import Database
from shared.listen import CONNECTION_ERRORS, Connection, close_connection, open_connection
from shared.outage import Outage

logger = logging.getLogger(__name__)

CHANNEL = "outbox"
"""The NOTIFY channel that wakes the relay."""

BATCH = 500
POLL_SECONDS = 1.0
RETRY_SECONDS = 1.0
KEEP = timedelta(days=7)
"""How long a sent row is kept for whoever looks into what happened."""

_LEADER_LOCK = 0x6F7574626F78  # "outbox"


def outbox_table(metadata: MetaData) -> Table:
    """The `outbox` table, to be part of a service's metadata and migrations."""
    table = Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("type", Text, nullable=False),
        Column("routing_key", Text, nullable=False),
        Column("event", JSONB, nullable=False),
        Column("traceparent", Text),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("deliver_at", DateTime(timezone=True)),
        Column("sent_at", DateTime(timezone=True)),
    )
    Index("ix_outbox_unsent", table.c.id, postgresql_where=table.c.sent_at.is_(None))
    Index("ix_outbox_sent", table.c.sent_at, postgresql_where=table.c.sent_at.is_not(None))
    return table


_APPEND = text(
    "WITH appended AS ("
    " INSERT INTO outbox (event_id, type, routing_key, event, traceparent, deliver_at)"
    " SELECT * FROM"
    " unnest(:event_ids, :types, :routing_keys, :events, :traceparents, :deliver_at)"
    " RETURNING 1)"
    " SELECT pg_notify('outbox', '') FROM appended LIMIT 1"
).bindparams(
    bindparam("event_ids", type_=ARRAY(Uuid)),
    bindparam("types", type_=ARRAY(Text)),
    bindparam("routing_keys", type_=ARRAY(Text)),
    bindparam("events", type_=ARRAY(JSONB)),
    bindparam("traceparents", type_=ARRAY(Text)),
    bindparam("deliver_at", type_=ARRAY(DateTime(timezone=True))),
)

_UNSENT = """
    SELECT id, event_id, routing_key, event::text AS body, traceparent,
           greatest(extract(epoch FROM deliver_at - now()), 0)::float8 AS delay_seconds
    FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1
"""
_MARK_SENT = "UPDATE outbox SET sent_at = now() WHERE id = ANY($1::bigint[])"
_FORGET = text("DELETE FROM outbox WHERE sent_at < now() - CAST(:keep AS interval)")


async def append(
    session: AsyncSession, event: Event, *, deliver_at: datetime | None = None
) -> None:
    """Write `event` in the caller's transaction; it reaches the bus after the commit.

    With `deliver_at` (aware) consumers get it at that moment, not before. Raises
    IntegrityError when an event with this id was appended already.
    """
    await append_many(session, [event], deliver_at=deliver_at)


async def append_many(
    session: AsyncSession, events: Sequence[Event], *, deliver_at: datetime | None = None
) -> None:
    """`append` for all `events`, in their order, in one statement.

    What an event does not say about its origin is taken from the current trace.
    """
    if not events:
        return
    events = [_with_origin(event) for event in events]
    await session.execute(
        _APPEND,
        {
            "event_ids": [event.id for event in events],
            "types": [event.type for event in events],
            "routing_keys": [event.routing_key for event in events],
            "events": [to_json(event) for event in events],
            "traceparents": [event.traceparent for event in events],
            "deliver_at": [deliver_at for _ in events],
        },
    )


def _with_origin(event: Event) -> Event:
    origin = trace.current()
    return replace(
        event,
        correlation_id=event.correlation_id or origin.correlation_id,
        causation_id=event.causation_id or origin.causation_id,
        traceparent=event.traceparent or origin.traceparent,
    )


async def forget_sent(database: Database, keep: timedelta = KEEP) -> int:
    """Delete rows that were sent longer than `keep` ago; how many."""
    async with database.transaction() as session:
        result = await session.execute(_FORGET, {"keep": keep})
        return result.rowcount  # type: ignore[attr-defined, no-any-return]  # a DELETE has one


class Relay:
    """Publishes one database's outbox. Any number may run: a session advisory lock elects one."""

    def __init__(self, database: Database, bus: Bus, batch: int = BATCH) -> None:
        self._url = database.url
        self._bus = bus
        self._batch = batch
        self._wake = asyncio.Event()
        self.leading = False
        self._database_outage = Outage("the outbox's database", logger)
        self._bus_outage = Outage("the outbox's bus", logger)

    async def run(self) -> None:
        """Relay until cancelled, through losses of the database and of the broker."""
        while True:
            try:
                await self._connect_and_lead()
            except CONNECTION_ERRORS as error:
                self._database_outage.noticed(error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _connect_and_lead(self) -> None:
        connection = await open_connection(self._url)
        try:
            await _become_leader(connection)
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            self.leading = True
            self._database_outage.over()
            await self._lead(connection)
        finally:
            self.leading = False
            await close_connection(connection)

    async def _lead(self, connection: Connection) -> None:
        while True:
            self._wake.clear()
            try:
                while await self._send_batch(connection) == self._batch:
                    pass
            except BusError as error:
                self._bus_outage.noticed(error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._bus_outage.over()
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _send_batch(self, connection: Connection) -> int:
        """Publish the oldest unsent rows and mark them; how many. Raises BusError."""
        rows = await connection.fetch(_UNSENT, self._batch)
        if rows:
            await self._publish(rows)
            await connection.execute(_MARK_SENT, [row["id"] for row in rows])
        return len(rows)

    async def _publish(self, rows: Sequence[asyncpg.Record]) -> None:
        due = [_message(row) for row in rows if not row["delay_seconds"]]
        delayed = [row for row in rows if row["delay_seconds"]]
        if due:
            await self._bus.publish(due)
        # return_exceptions: wait for all of them, so that no publish outlives this call
        outcomes = await asyncio.gather(
            *(
                self._bus.publish_after(_message(row), timedelta(seconds=row["delay_seconds"]))
                for row in delayed
            ),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome


async def _become_leader(connection: Connection) -> None:
    """Return once this connection holds the lock; it holds it for as long as it lives."""
    while True:
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER_LOCK):
            return
        await asyncio.sleep(POLL_SECONDS)


def _message(row: asyncpg.Record) -> Message:
    headers = {"traceparent": row["traceparent"]} if row["traceparent"] else {}
    event_id: UUID = row["event_id"]
    return Message(event_id, row["routing_key"], row["body"].encode(), headers)
