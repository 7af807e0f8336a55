"""The use cases of buyers: place and cancel an order, read orders. None of them commits.

Each takes the session of the caller's unit of work; a DomainError means: roll it back.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import orders as contract
from shared.contracts.orders import OrderStatus
from shared.money import AmountOutOfRange, Money
from subgraphs.orders import placing, reservations
from subgraphs.orders.announcements import announce_orders, nudge_at_expiry
from subgraphs.orders.models import (
    HoldRules,
    InvalidOrder,
    KeyReused,
    Order,
    OrderNotCancellable,
    OrderRequest,
    OrderUnknown,
    Stock,
    TicketChanged,
)
from subgraphs.orders.rows import to_order
from subgraphs.orders.states import Change
from subgraphs.orders.tables import orders
from subgraphs.orders.transitions import Occasion, change_order

LISTING_WAIT_SECONDS = 0.5
LISTING_POLL_SECONDS = 0.05


async def place_order(session: AsyncSession, request: OrderRequest, rules: HoldRules) -> Order:
    """Reserve stock for a buyer; a repeat of the same key and arguments returns the same order.

    Raises InvalidOrder, TicketUnknown, OwnTicket, NotOnSale, TicketChanged, SoldOut,
    LimitExceeded or KeyReused. An order that costs nothing completes at once.
    """
    request.check(rules)
    seen = await _look(session, request)
    if seen.earlier_order_id is not None:
        return await _earlier_order(session, request)
    seen.listing.check_sale(request)
    total = _total(seen.listing.price, request.quantity)
    order = await placing.insert_order(session, request, seen.listing, total, rules)
    if order is None:
        return await _earlier_order(session, request)
    await nudge_at_expiry(session, order)
    stock = await placing.take_stock(session, order)
    if stock is None:
        await _tell_why(session, request, seen.listing)
    await announce_orders(session, contract.ORDER_RESERVED, [order], [stock])
    if total.amount_minor == 0:
        occasion = Occasion("nothing to pay")
        return await change_order(session, order.id, Change.COMPLETE_FREE, occasion) or order
    return order


async def cancel_order(session: AsyncSession, buyer_id: UUID, order_id: UUID) -> Order:
    """Give an unpaid order up; its stock is free again. A repeat is a no-op.

    Raises OrderUnknown when it is not the buyer's, OrderNotCancellable when it is paid or over.
    """
    await _own_order(session, buyer_id, order_id)
    cancelled = await change_order(
        session, order_id, Change.CANCEL, Occasion("cancelled by the buyer")
    )
    order = cancelled or await _own_order(session, buyer_id, order_id)
    if order.status is not OrderStatus.CANCELLED:
        raise OrderNotCancellable(order)
    return order


async def find_order(session: AsyncSession, order_id: UUID) -> Order | None:
    """The order as last committed."""
    result = await session.execute(select(orders).where(orders.c.id == order_id))
    row = result.mappings().one_or_none()
    return None if row is None else to_order(row)


async def _own_order(session: AsyncSession, buyer_id: UUID, order_id: UUID) -> Order:
    order = await find_order(session, order_id)
    if order is None or order.buyer_id != buyer_id:
        raise OrderUnknown(str(order_id))
    return order


async def _earlier_order(session: AsyncSession, request: OrderRequest) -> Order:
    """The order that this key made before. Raises KeyReused when its arguments differ."""
    result = await session.execute(
        select(orders).where(
            orders.c.buyer_id == request.buyer_id,
            orders.c.idempotency_key == request.idempotency_key,
        )
    )
    row = result.mappings().one()
    if row["fingerprint"] != request.fingerprint:
        raise KeyReused(request.idempotency_key)
    return to_order(row)


async def _look(session: AsyncSession, request: OrderRequest) -> placing.Look:
    """The listing; when the buyer has seen a newer one than orders, wait for it a little."""
    expected = request.expected_ticket_version or 0
    seen = await placing.look(session, request)
    waited = 0.0
    while seen.listing.ticket_version < expected and waited < LISTING_WAIT_SECONDS:
        await asyncio.sleep(LISTING_POLL_SECONDS)
        waited += LISTING_POLL_SECONDS
        seen = await placing.look(session, request)
    return seen


def _total(price: Money, quantity: int) -> Money:
    try:
        return price.times(quantity)
    except AmountOutOfRange as error:
        raise InvalidOrder("quantity", str(error)) from error


async def _tell_why(session: AsyncSession, request: OrderRequest, seen: Stock) -> NoReturn:
    """Raise what has come between reading the listing and reserving of it."""
    now = await reservations.read_stock(session, request.ticket_id)
    now.check_sale(request)
    raise TicketChanged(request.ticket_id, seen.ticket_version, now.ticket_version)
