"""Holds that end or turn into sales, and the stock that follows them (they begin in `placing`).

Locks are always taken in the order: order, hold, counter of (buyer, ticket), stock; several of
one kind in the order of their keys. The hot row, stock, comes last and is held the shortest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.orders.models import LimitExceeded, Order, SoldOut, Stock, TicketUnknown
from subgraphs.orders.rows import to_stock
from subgraphs.orders.states import RETAKE, HoldMove, HoldState
from subgraphs.orders.tables import buyer_limits, holds, stock

FREE = stock.c.capacity - stock.c.held - stock.c.sold
LOWER_COUNTER = (
    update(buyer_limits)
    .where(
        buyer_limits.c.buyer_id == bindparam("buyer"),
        buyer_limits.c.ticket_id == bindparam("ticket"),
    )
    .values(quantity=buyer_limits.c.quantity - bindparam("freed"))
)


async def read_stock(session: AsyncSession, ticket_id: UUID) -> Stock:
    """The stock as last committed, without a lock. Raises TicketUnknown."""
    result = await session.execute(select(stock).where(stock.c.ticket_id == ticket_id))
    row = result.mappings().one_or_none()
    if row is None:
        raise TicketUnknown(str(ticket_id))
    return to_stock(row)


async def retake(session: AsyncSession, order: Order, limit: int) -> Stock:
    """Sell stock to an order whose hold had ended. Raises SoldOut, LimitExceeded."""
    await session.execute(
        update(holds)
        .where(holds.c.order_id == order.id, holds.c.state == RETAKE.source)
        .values(state=RETAKE.target)
    )
    await _raise_counter(session, order, limit)
    taken = await _sell(session, order)
    if taken is None:
        raise SoldOut(await read_stock(session, order.ticket_id), order.quantity)
    return taken


async def move_holds(
    session: AsyncSession, order_ids: Sequence[UUID], move: HoldMove
) -> list[Stock]:
    """Move what these orders themselves have in `move.source`; the changed stocks.

    An order that has nothing there moves nothing (R13), so a repeat is a no-op.
    """
    result = await session.execute(
        update(holds)
        .where(holds.c.order_id.in_(order_ids), holds.c.state == move.source)
        .values(state=move.target)
        .returning(holds.c.ticket_id, holds.c.buyer_id, holds.c.quantity)
    )
    moved = result.all()
    if moved and move.target is HoldState.RELEASED:
        await _lower_counters(session, moved)
    per_ticket: Counter[UUID] = Counter()
    for row in moved:
        per_ticket[row.ticket_id] += row.quantity
    return [
        await _move_stock(session, ticket_id, move, quantity)
        for ticket_id, quantity in sorted(per_ticket.items())
    ]


async def _raise_counter(session: AsyncSession, order: Order, limit: int) -> None:
    """Count the order's quantity for its buyer, up to `limit` (R15). Raises LimitExceeded."""
    statement = upsert(buyer_limits).values(
        buyer_id=order.buyer_id, ticket_id=order.ticket_id, quantity=order.quantity
    )
    counted = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[buyer_limits.c.buyer_id, buyer_limits.c.ticket_id],
            set_={"quantity": buyer_limits.c.quantity + statement.excluded.quantity},
            where=buyer_limits.c.quantity + statement.excluded.quantity <= limit,
        ).returning(buyer_limits.c.quantity)
    )
    if counted.one_or_none() is None:
        raise LimitExceeded(limit)


async def _lower_counters(
    session: AsyncSession, moved: Sequence[Row[tuple[UUID, UUID, int]]]
) -> None:
    freed: Counter[tuple[UUID, UUID]] = Counter()
    for row in moved:
        freed[row.buyer_id, row.ticket_id] += row.quantity
    connection = await session.connection()
    await connection.execute(
        LOWER_COUNTER,
        [
            {"buyer": buyer, "ticket": ticket, "freed": quantity}
            for (buyer, ticket), quantity in sorted(freed.items())
        ],
    )


async def _sell(session: AsyncSession, order: Order) -> Stock | None:
    """Sell what is free, without a hold before; None when that is too little."""
    result = await session.execute(
        update(stock)
        .where(stock.c.ticket_id == order.ticket_id, stock.c.on_sale, order.quantity <= FREE)
        .values(sold=stock.c.sold + order.quantity, version=stock.c.version + 1)
        .returning(stock)
    )
    row = result.mappings().one_or_none()
    return None if row is None else to_stock(row)


async def _move_stock(
    session: AsyncSession, ticket_id: UUID, move: HoldMove, quantity: int
) -> Stock:
    """Follow holds that moved. Freed stock above a lowered listing is not offered again."""
    held = stock.c.held + _delta(move, HoldState.HELD) * quantity
    sold = stock.c.sold + _delta(move, HoldState.SOLD) * quantity
    result = await session.execute(
        update(stock)
        .where(stock.c.ticket_id == ticket_id)
        .values(
            held=held,
            sold=sold,
            capacity=func.greatest(stock.c.listed, held + sold),
            version=stock.c.version + 1,
        )
        .returning(stock)
    )
    return to_stock(result.mappings().one())


def _delta(move: HoldMove, state: HoldState) -> int:
    return int(move.target is state) - int(move.source is state)
