"""Calls to the provider as rows: written with the decision, carried out after the commit.

A row is the intent to call. Its key is the provider's idempotency key, so that a call cut off
by a crash is simply made again. Whoever takes a row leases it by moving its `run_at` ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.payments.tables import provider_calls
from subgraphs.payments.transitions import lock_payment

CHANNEL = "payments_work"
"""NOTIFY wakes whoever carries out calls and webhooks."""
LEASE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 300


class CallKind(StrEnum):
    """What is asked of the provider."""

    CREATE = "CREATE"
    CAPTURE = "CAPTURE"
    CANCEL = "CANCEL"
    REFUND = "REFUND"
    LOOK_UP = "LOOK_UP"


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is leased to us."""

    id: int
    kind: CallKind
    key: str
    payment_id: UUID
    refund_id: UUID | None
    tries: int


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be made `delay_seconds` from now."""

    kind: CallKind
    key: str
    payment_id: UUID
    refund_id: UUID | None = None
    delay_seconds: int = 0


async def request_call(session: AsyncSession, new: NewCall) -> None:
    """Write the call down once; a repeated key is a no-op."""
    await session.execute(
        upsert(provider_calls)
        .values(
            kind=new.kind,
            key=new.key,
            payment_id=new.payment_id,
            refund_id=new.refund_id,
            run_at=_from_now(new.delay_seconds),
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
    if new.delay_seconds == 0:
        await wake_up(session)


async def wake_up(session: AsyncSession) -> None:
    """Have the workers look for work when this transaction has committed."""
    await session.execute(select(func.pg_notify(CHANNEL, "")))


async def take_due_calls(session: AsyncSession, limit: int) -> Sequence[Call]:
    """Lease up to `limit` calls that are due."""
    due = (
        select(provider_calls.c.id)
        .where(provider_calls.c.done_at.is_(None), provider_calls.c.run_at <= func.now())
        .order_by(provider_calls.c.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return await _lease(session, provider_calls.c.id.in_(due.scalar_subquery()))


async def take_call(session: AsyncSession, key: str) -> Call | None:
    """Lease the one call with this key, due or not; None when it is done."""
    found = await _lease(session, provider_calls.c.key == key)
    return found[0] if found else None


async def finish_call(session: AsyncSession, call: Call) -> bool:
    """Mark it done, its payment locked; False when somebody else has, whose outcome then counts.

    Payment first, then call: who holds a payment may have to wait for its calls.
    """
    await lock_payment(session, call.payment_id)
    result = await session.execute(
        update(provider_calls)
        .where(provider_calls.c.id == call.id, provider_calls.c.done_at.is_(None))
        .values(done_at=func.now(), last_error=None)
        .returning(provider_calls.c.id)
    )
    return result.one_or_none() is not None


async def postpone_call(
    session: AsyncSession, call: Call, reason: str | None, first_pause_seconds: int = 1
) -> None:
    """Make it due again after a pause that doubles with each try."""
    pause = min(first_pause_seconds * 2 ** min(call.tries - 1, 10), LONGEST_PAUSE_SECONDS)
    await session.execute(
        update(provider_calls)
        .where(provider_calls.c.id == call.id, provider_calls.c.done_at.is_(None))
        .values(run_at=_from_now(pause), last_error=reason)
    )


async def _lease(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[Call]:
    leased = await session.execute(
        update(provider_calls)
        .where(which, provider_calls.c.done_at.is_(None))
        .values(tries=provider_calls.c.tries + 1, run_at=_from_now(LEASE_SECONDS))
        .returning(
            provider_calls.c.id,
            provider_calls.c.kind,
            provider_calls.c.key,
            provider_calls.c.payment_id,
            provider_calls.c.refund_id,
            provider_calls.c.tries,
        )
    )
    return [
        Call(row.id, CallKind(row.kind), row.key, row.payment_id, row.refund_id, row.tries)
        for row in leased.all()
    ]


def _from_now(seconds: int) -> ColumnElement[datetime]:
    return func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
