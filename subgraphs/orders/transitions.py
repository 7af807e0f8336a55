"""A rule of the state table in, changed orders out: the only code that changes an order.

One conditional UPDATE decides, by row lock and database clock; in the same statement the
version rises by one and the history is written; in the same transaction stock follows and
the events are appended. An order that is not in one of the rule's statuses is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
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

from subgraphs.orders import reservations
from subgraphs.orders.announcements import announce_orders
from subgraphs.orders.models import Order, Stock
from subgraphs.orders.rows import to_order
from subgraphs.orders.states import RULES, Change, Deadline, Rule
from subgraphs.orders.tables import order_events, orders


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why an order changes: the cause for its history, columns to set, conditions to meet.

    With `by_payment` only an order is changed that this payment has confirmed.
    """

    cause: str
    values: Mapping[str, object] = field(default_factory=dict)
    by_payment: UUID | None = None
    conditions: tuple[ColumnElement[bool], ...] = ()


async def change_order(
    session: AsyncSession, order_id: UUID, change: Change, occasion: Occasion
) -> Order | None:
    """`change_orders` for one order; None when the rule does not apply to it."""
    changed = await change_orders(session, [order_id], change, occasion)
    return changed[0] if changed else None


async def change_orders(
    session: AsyncSession, order_ids: Sequence[UUID], change: Change, occasion: Occasion
) -> list[Order]:
    """Apply the rule `change` to those of `order_ids` that it fits; they as they now stand.

    RESCUE, which must find free stock first, has its own way in: `rescue_order`.
    """
    rule = RULES[change]
    changed = await _update(session, order_ids, change, occasion)
    if changed:
        moved: list[Stock] = []
        if rule.hold is not None:
            ids = [order.id for order in changed]
            moved = await reservations.move_holds(session, ids, rule.hold)
        await announce_orders(session, rule.event, changed, moved)
    return changed


async def rescue_order(
    session: AsyncSession, order_id: UUID, payment_id: UUID, limit: int
) -> Order | None:
    """Confirm an expired order whose payment came late, from stock that is free.

    None when it is not expired. Raises SoldOut or LimitExceeded, with the order changed: run
    it in a savepoint.
    """
    rule = RULES[Change.RESCUE]
    occasion = Occasion("authorised late, stock was free", {"payment_id": payment_id})
    changed = await _update(session, [order_id], Change.RESCUE, occasion)
    if not changed:
        return None
    order = changed[0]
    taken = await reservations.retake(session, order, limit)
    await announce_orders(session, rule.event, changed, [taken])
    return order


async def _update(
    session: AsyncSession, order_ids: Sequence[UUID], change: Change, occasion: Occasion
) -> list[Order]:
    parameters: dict[str, object] = {"order_ids": list(order_ids), "cause": occasion.cause}
    if occasion.by_payment is not None:
        parameters["by_payment"] = occasion.by_payment
    if occasion.conditions:
        statement = _statement(RULES[change], occasion)
    else:
        names = tuple(occasion.values)
        statement = _known_statement(change, names, occasion.by_payment is not None)
        parameters |= {f"new_{name}": occasion.values[name] for name in names}
    result = await session.execute(statement, parameters)
    return [to_order(row) for row in result.mappings()]


@cache
def _known_statement(change: Change, names: tuple[str, ...], by_payment: bool) -> Select[Any]:
    """Building a statement takes longer than running it: it is built once per kind."""
    values = {name: bindparam(f"new_{name}", type_=orders.c[name].type) for name in names}
    return _statement(RULES[change], Occasion("", values, UUID(int=0) if by_payment else None))


def _statement(rule: Rule, occasion: Occasion) -> Select[Any]:
    """The UPDATE of the orders `order_ids` and the INSERT of their history, as one statement."""
    wanted = orders.c.id == func.any(bindparam("order_ids", type_=ARRAY(Uuid)))
    conditions = [wanted, orders.c.status.in_(sorted(rule.sources)), *occasion.conditions]
    if occasion.by_payment is not None:
        conditions.append(orders.c.payment_id == bindparam("by_payment", type_=Uuid))
    changed = (
        update(orders)
        .where(*conditions, *_deadline(rule.deadline))
        .values(
            previous_status=orders.c.status,
            status=orders.c.status if rule.target is None else rule.target,
            version=orders.c.version + 1,
            cause=bindparam("cause", type_=Text),
            updated_at=func.now(),
            **occasion.values,
        )
        .returning(*orders.c)
        .cte("changed")
    )
    history = insert(order_events).from_select(
        ["order_id", "version", "from_status", "to_status", "cause", "at"],
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


def _deadline(deadline: Deadline) -> tuple[ColumnElement[bool], ...]:
    match deadline:
        case Deadline.MUST_BE_AHEAD:
            return (orders.c.expires_at > func.now(),)
        case Deadline.MUST_HAVE_PASSED:
            return (orders.c.expires_at <= func.now(),)
        case Deadline.IGNORED:
            return ()
