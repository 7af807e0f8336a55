"""Changed orders and stocks in; events in the outbox and live updates out, same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared import live, outbox
from shared.contracts import orders as contract
from shared.contracts.events import Event
from shared.ids import uuid7
from shared.json import JSON
from subgraphs.orders.models import Order, Stock


def order_topic(order_id: UUID) -> str:
    """Live updates of one order; the payload is its snapshot."""
    return f"order:{order_id}"


def buyer_topic(buyer_id: UUID) -> str:
    """Live hints that some order of a buyer has changed; no payload."""
    return f"buyer:{buyer_id}"


def stock_topic(ticket_id: UUID) -> str:
    """Live updates of one ticket's stock; the payload is its snapshot."""
    return f"stock:{ticket_id}"


async def announce_orders(
    session: AsyncSession, event_type: str, orders: Sequence[Order], stocks: Sequence[Stock] = ()
) -> None:
    """Tell of `orders` with an event of `event_type`, and of the stocks that moved with them."""
    events = [_order_event(event_type, order) for order in orders]
    events += [_stock_event(stock, orders[0].updated_at) for stock in stocks]
    updates: list[tuple[str, JSON]] = []
    for order in orders:
        updates.append((order_topic(order.id), order.snapshot().to_data()))
        updates.append((buyer_topic(order.buyer_id), None))
    updates += [_stock_update(stock) for stock in stocks]
    await outbox.append_many(session, events)
    await live.notify_many(session, updates)


async def announce_stock(session: AsyncSession, stock: Stock, occurred_at: datetime) -> None:
    """Tell of a stock that its listing has changed."""
    await outbox.append(session, _stock_event(stock, occurred_at))
    await live.notify_many(session, [_stock_update(stock)])


async def nudge_at_expiry(session: AsyncSession, order: Order) -> None:
    """Have `orders.expiry.due` delivered when the hold ends; it only makes expiry prompt."""
    data = contract.ExpiryDueData(order_id=order.id, expires_at=order.expires_at)
    event = Event(
        id=uuid7(),
        type=contract.EXPIRY_DUE,
        aggregate_id=order.id,
        aggregate_version=order.version,
        occurred_at=order.updated_at,
        data=data.to_data(),
    )
    await outbox.append(session, event, deliver_at=order.expires_at)


def _order_event(event_type: str, order: Order) -> Event:
    return Event(
        id=uuid7(),
        type=event_type,
        aggregate_id=order.id,
        aggregate_version=order.version,
        occurred_at=order.updated_at,
        data=order.snapshot().to_data(),
    )


def _stock_event(stock: Stock, occurred_at: datetime) -> Event:
    return Event(
        id=uuid7(),
        type=contract.STOCK_CHANGED,
        aggregate_id=stock.ticket_id,
        aggregate_version=stock.version,
        occurred_at=occurred_at,
        data=stock.snapshot().to_data(),
    )


def _stock_update(stock: Stock) -> tuple[str, JSON]:
    return stock_topic(stock.ticket_id), stock.snapshot().to_data()
