"""Which event sets off what: the worker's table, one transaction per event."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import orders
from shared.contracts.events import Event
from shared.contracts.orders import OrderSnapshot
from shared.worker import EventHandler
from subgraphs.payments.settlement import apply_order


async def on_order(session: AsyncSession, event: Event) -> None:
    """Any fact about an order: the snapshot says it all."""
    await apply_order(session, OrderSnapshot.from_data(event.data))


HANDLERS: Mapping[str, EventHandler] = {
    orders.ORDER_RESERVED: on_order,
    orders.ORDER_PAYMENT_STARTED: on_order,
    orders.ORDER_HOLD_EXTENDED: on_order,
    orders.ORDER_EXPIRED: on_order,
    orders.ORDER_CANCELLED: on_order,
    orders.ORDER_CONFIRMED: on_order,
    orders.ORDER_COMPLETED: on_order,
    orders.ORDER_FAILED: on_order,
    orders.ORDER_PAYMENT_REFUSED: on_order,
    orders.ORDER_REFUND_REQUESTED: on_order,
    orders.ORDER_REFUNDED: on_order,
    orders.ORDER_REFUND_FAILED: on_order,
}
