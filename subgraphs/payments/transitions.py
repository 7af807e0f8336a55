"""A rule of the state table in, the changed payment out: the only code that changes a payment.

One conditional UPDATE decides; in the same statement the version rises by one and the history
is written; in the same transaction the event is appended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.contracts.events import Event
from shared.ids import uuid7
from subgraphs.payments.models import Payment, Refund
from subgraphs.payments.rows import to_payment
from subgraphs.payments.states import RULES, Change
from subgraphs.payments.tables import payment_events, payments


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a payment changes: the cause for its history, further columns to set."""

    cause: str
    values: Mapping[str, object] = field(default_factory=dict)


async def change_payment(
    session: AsyncSession, payment_id: UUID, change: Change, occasion: Occasion
) -> Payment | None:
    """Apply the rule `change`; the payment as it now stands, None when the rule does not fit."""
    rule = RULES[change]
    changed = (
        update(payments)
        .where(payments.c.id == payment_id, payments.c.status.in_(sorted(rule.sources)))
        .values(
            previous_status=payments.c.status,
            status=rule.target,
            version=payments.c.version + 1,
            cause=occasion.cause,
            updated_at=func.now(),
            **occasion.values,
        )
        .returning(*payments.c)
        .cte("changed")
    )
    history = insert(payment_events).from_select(
        ["payment_id", "version", "from_status", "to_status", "cause", "at"],
        select(
            changed.c.id,
            changed.c.version,
            changed.c.previous_status,
            changed.c.status,
            changed.c.cause,
            changed.c.updated_at,
        ),
    )
    result = await session.execute(select(changed).add_cte(history.cte("history")))
    row = result.mappings().one_or_none()
    if row is None:
        return None
    payment = to_payment(row)
    if rule.event is not None:
        await announce_payment(session, rule.event, payment)
    return payment


async def announce_payment(session: AsyncSession, event_type: str, payment: Payment) -> None:
    """Tell of `payment` as it stands now."""
    event = Event(
        id=uuid7(),
        type=event_type,
        aggregate_id=payment.id,
        aggregate_version=payment.version,
        occurred_at=payment.updated_at,
        data=payment.snapshot().to_data(),
    )
    await outbox.append(session, event)


async def announce_refund(
    session: AsyncSession, event_type: str, refund: Refund, payment: Payment
) -> None:
    """Tell of `refund`, and of its payment as it stands now."""
    event = Event(
        id=uuid7(),
        type=event_type,
        aggregate_id=refund.id,
        aggregate_version=refund.version,
        occurred_at=refund.updated_at,
        data=refund.snapshot(payment).to_data(),
    )
    await outbox.append(session, event)


async def lock_payment(session: AsyncSession, payment_id: UUID) -> Payment:
    """The payment, locked until the transaction ends. Raises NoResultFound."""
    result = await session.execute(
        select(payments).where(payments.c.id == payment_id).with_for_update()
    )
    return to_payment(result.mappings().one())
