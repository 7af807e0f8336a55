"""A message id in, "is this the first time?" out, decided in the consumer's transaction."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, Uuid, func, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database

KEEP = timedelta(days=7)
"""How long a message id is remembered, at least."""


def inbox_table(metadata: MetaData) -> Table:
    """The `inbox` table, to be part of a service's metadata and migrations."""
    table = Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("message_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    Index("ix_inbox_received_at", table.c.received_at)
    return table


_REMEMBER = text(
    "INSERT INTO inbox (consumer, message_id) VALUES (:consumer, :message_id)"
    " ON CONFLICT DO NOTHING RETURNING 1"
)
_FORGET = text("DELETE FROM inbox WHERE received_at < now() - CAST(:keep AS interval)")


async def first_time(session: AsyncSession, consumer: str, message_id: UUID) -> bool:
    """Whether `consumer` has not handled the message yet; it has, once this commits.

    To be the first statement of a handler. A second transaction with the same message waits
    here for the first one's end, and is told no if that committed.
    """
    result = await session.execute(_REMEMBER, {"consumer": consumer, "message_id": message_id})
    return result.scalar_one_or_none() is not None


async def forget_old(database: Database, keep: timedelta = KEEP) -> int:
    """Delete ids remembered longer than `keep`; how many."""
    async with database.transaction() as session:
        result = await session.execute(_FORGET, {"keep": keep})
        return result.rowcount  # type: ignore[attr-defined, no-any-return]  # a DELETE has one
