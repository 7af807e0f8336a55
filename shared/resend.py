"""Sent outbox rows in, some of them unsent again out: the cure for a broker that lost messages.

A broker confirms and may still lose what waits in its queues: they are purged or deleted, its
disk is replaced. Nobody is told. So the latest event of an aggregate is sent once more at each
of AGES; consumers that had it absorb the duplicate by their inbox, one that had not goes on
from there (every event carries the whole snapshot). Only for event types that another service
has to act upon; the end of a process needs no echo.

No column counts the sendings: `sent_at` is the latest one, so a row is due at an age when it
was last sent before it reached that age.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ARRAY, Text, bindparam, text

from shared.db import Database

AGES = (timedelta(seconds=20), timedelta(minutes=5))
EVERY = timedelta(seconds=5)

_RESEND = text(
    """
    WITH due AS (
        SELECT id FROM (
            SELECT DISTINCT ON (event->>'aggregateId') id, type, created_at, sent_at
            FROM outbox
            WHERE sent_at > now() - CAST(:age AS interval) - interval '40 seconds'
                AND sent_at < now() - CAST(:age AS interval) + interval '60 seconds'
                AND deliver_at IS NULL
            ORDER BY event->>'aggregateId', id DESC
        ) AS latest
        WHERE type = ANY(:types)
            AND created_at + CAST(:age AS interval) <= now()
            AND sent_at < created_at + CAST(:age AS interval)
    ), unsent AS (
        UPDATE outbox SET sent_at = NULL FROM due WHERE outbox.id = due.id RETURNING 1
    )
    SELECT count(*), (SELECT pg_notify('outbox', '')) FROM unsent
    """
).bindparams(bindparam("types", type_=ARRAY(Text)))


async def resend(
    database: Database, types: Collection[str], ages: Collection[timedelta] = AGES
) -> int:
    """Have the relay send again what is due; how many events. A repeated call finds nothing."""
    count = 0
    async with database.transaction() as session:
        for age in ages:
            result = await session.execute(_RESEND, {"age": age, "types": list(types)})
            count += int(result.one()[0])
    return count
