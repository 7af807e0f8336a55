"""The use cases of buyers: place and cancel an order, read orders. None of them commits.

Each takes the session of the caller's unit of work; a DomainError means: roll it back.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn
from uuid import UUID

from sqlalchemy import Text, func, insert, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import orders as contract
from shared.contracts.orders import OrderStatus
from shared.ids import uuid7
from shared.money import AmountOutOfRange, Money
from subgraphs.orders import reservations
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
from subgraphs.orders.tables import order_events, order_number, orders
from subgraphs.orders.transitions import Occasion, change_order

LISTING_WAIT_SECONDS = 0.5
LISTING_POLL_SECONDS = 0.05


async def place_order(session: AsyncSession, request: OrderRequest, rules: HoldRules) -> Order:
    """Reserve stock for a buyer; a repeat of the same key and arguments returns the same order.

    Raises InvalidOrder, TicketUnknown, OwnTicket, NotOnSale, TicketChanged, SoldOut,
    LimitExceeded or KeyReused. An order that costs nothing completes at once.
    """
    request.check(rules)
    earlier = await _earlier_order(session, request)
    if earlier is not None:
        return earlier
    listing = await _read_listing(session, request)
    listing.check_sale(request)
    order = await _insert_order(session, request, listing, rules)
    if order is None:  # the same key in a parallel request, which has just committed
        return await _earlier_order(session, request) or await place_order(session, request, rules)
    stock = await reservations.hold(session, order, rules.limit_per_buyer)
    if stock is None:
        await _tell_why(session, request, listing)
    await announce_orders(session, contract.ORDER_RESERVED, [order], [stock])
    if order.total.amount_minor == 0:
        occasion = Occasion("nothing to pay")
        return await change_order(session, order.id, Change.COMPLETE_FREE, occasion) or order
    await nudge_at_expiry(session, order)
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


async def _earlier_order(session: AsyncSession, request: OrderRequest) -> Order | None:
    """The order that this key made before. Raises KeyReused when its arguments differ."""
    result = await session.execute(
        select(orders).where(
            orders.c.buyer_id == request.buyer_id,
            orders.c.idempotency_key == request.idempotency_key,
        )
    )
    row = result.mappings().one_or_none()
    if row is None:
        return None
    if row["fingerprint"] != request.fingerprint:
        raise KeyReused(request.idempotency_key)
    return to_order(row)


async def _read_listing(session: AsyncSession, request: OrderRequest) -> Stock:
    """The listing; when the buyer has seen a newer one than orders, wait for it a little."""
    expected = request.expected_ticket_version
    listing = await reservations.read_stock(session, request.ticket_id)
    waited = 0.0
    while (
        expected is not None and listing.ticket_version < expected and waited < LISTING_WAIT_SECONDS
    ):
        await asyncio.sleep(LISTING_POLL_SECONDS)
        waited += LISTING_POLL_SECONDS
        listing = await reservations.read_stock(session, request.ticket_id)
    return listing


async def _insert_order(
    session: AsyncSession, request: OrderRequest, listing: Stock, rules: HoldRules
) -> Order | None:
    """A new RESERVED order with its first history row; None when its key is taken."""
    seconds = request.hold_seconds or rules.hold_seconds
    total = _total(listing.price, request.quantity)
    statement = (
        upsert(orders)
        .values(
            id=uuid7(),
            number=literal("F-") + sql_cast(order_number.next_value(), Text),
            version=1,
            status=OrderStatus.RESERVED,
            cause="placed by the buyer",
            buyer_id=request.buyer_id,
            seller_id=listing.seller_id,
            ticket_id=request.ticket_id,
            ticket_version=listing.ticket_version,
            quantity=request.quantity,
            unit_price_minor=listing.price.amount_minor,
            total_minor=total.amount_minor,
            currency=total.currency,
            idempotency_key=request.idempotency_key,
            fingerprint=request.fingerprint,
            created_at=func.now(),
            updated_at=func.now(),
            expires_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds),
        )
        .on_conflict_do_nothing(index_elements=[orders.c.buyer_id, orders.c.idempotency_key])
        .returning(*orders.c)
        .cte("placed")
    )
    history = insert(order_events).from_select(
        ["order_id", "version", "to_status", "cause", "at"],
        select(
            statement.c.id,
            statement.c.version,
            statement.c.status,
            statement.c.cause,
            statement.c.created_at,
        ),
    )
    result = await session.execute(select(statement).add_cte(history.cte("history")))
    row = result.mappings().one_or_none()
    return None if row is None else to_order(row)


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
