"""A rule of the state table in, changed orders out: the only code that changes an order.

One conditional UPDATE decides, by row lock and database clock; in the same statement the
version rises by one and the history is written; in the same transaction stock follows and
the events are appended. An order that is not in one of the rule's statuses is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.orders import reservations
from subgraphs.orders.announcements import announce_orders
from subgraphs.orders.models import Order, Stock
from subgraphs.orders.rows import to_order
from subgraphs.orders.states import RULES, Change, Deadline, Rule
from subgraphs.orders.tables import order_events, orders


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why an order changes: the cause for its history, columns to set, conditions to meet."""

    cause: str
    values: Mapping[str, object] = field(default_factory=dict)
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
    changed = await _update(session, order_ids, rule, occasion)
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
    changed = await _update(session, [order_id], rule, occasion)
    if not changed:
        return None
    order = changed[0]
    taken = await reservations.retake(session, order, limit)
    await announce_orders(session, rule.event, changed, [taken])
    return order


async def _update(
    session: AsyncSession,
    order_ids: Sequence[UUID],
    rule: Rule,
    occasion: Occasion,
) -> list[Order]:
    changed = (
        update(orders)
        .where(orders.c.id.in_(order_ids), orders.c.status.in_(sorted(rule.sources)))
        .where(*_deadline(rule.deadline), *occasion.conditions)
        .values(
            previous_status=orders.c.status,
            status=orders.c.status if rule.target is None else rule.target,
            version=orders.c.version + 1,
            cause=occasion.cause,
            updated_at=func.now(),
            **occasion.values,
        )
        .returning(*orders.c)
        .cte("changed")
    )
    history = (
        insert(order_events)
        .from_select(
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
        .cte("history")
    )
    result = await session.execute(select(changed).add_cte(history))
    return [to_order(row) for row in result.mappings()]


def _deadline(deadline: Deadline) -> tuple[ColumnElement[bool], ...]:
    match deadline:
        case Deadline.MUST_BE_AHEAD:
            return (orders.c.expires_at > func.now(),)
        case Deadline.MUST_HAVE_PASSED:
            return (orders.c.expires_at <= func.now(),)
        case Deadline.IGNORED:
            return ()
