"""A rule of the state table in, the changed payment out: the only code that changes a payment.

One conditional UPDATE decides; in the same statement the version rises by one and the history
is written; in the same transaction the event is appended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.contracts.events import Event
from shared.ids import uuid7
from subgraphs.payments.models import Payment, Refund
from subgraphs.payments.rows import to_payment
from subgraphs.payments.states import RULES, Change, Rule
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
    parameters: dict[str, object] = {"payment_id": payment_id, "cause": occasion.cause}
    if any(isinstance(value, ColumnElement) for value in occasion.values.values()):
        statement = _statement(rule, occasion.values)
    else:
        names = tuple(occasion.values)
        statement = _known_statement(change, names)
        parameters |= {f"new_{name}": occasion.values[name] for name in names}
    result = await session.execute(statement, parameters)
    row = result.mappings().one_or_none()
    if row is None:
        return None
    payment = to_payment(row)
    if rule.event is not None:
        await announce_payment(session, rule.event, payment)
    return payment


@cache
def _known_statement(change: Change, names: tuple[str, ...]) -> Select[Any]:
    """Building a statement takes longer than running it: it is built once per kind."""
    values = {name: bindparam(f"new_{name}", type_=payments.c[name].type) for name in names}
    return _statement(RULES[change], values)


def _statement(rule: Rule, values: Mapping[str, object]) -> Select[Any]:
    """The UPDATE of the payment `payment_id` and the INSERT of its history, as one statement."""
    changed = (
        update(payments)
        .where(
            payments.c.id == bindparam("payment_id", type_=Uuid),
            payments.c.status.in_(sorted(rule.sources)),
        )
        .values(
            previous_status=payments.c.status,
            status=rule.target,
            version=payments.c.version + 1,
            cause=bindparam("cause", type_=Text),
            updated_at=func.now(),
            **values,
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
    return select(changed).add_cte(history.cte("history"))


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
