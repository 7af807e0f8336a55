"""What the orders service tells the others."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.codec import Snapshot
from shared.money import Money

ORDER_RESERVED = "orders.order.reserved"
ORDER_PAYMENT_STARTED = "orders.order.payment_started"
ORDER_HOLD_EXTENDED = "orders.order.hold_extended"
ORDER_EXPIRED = "orders.order.expired"
ORDER_CANCELLED = "orders.order.cancelled"
ORDER_CONFIRMED = "orders.order.confirmed"
ORDER_COMPLETED = "orders.order.completed"
ORDER_FAILED = "orders.order.failed"
ORDER_PAYMENT_REFUSED = "orders.order.payment_refused"
ORDER_REFUND_REQUESTED = "orders.order.refund_requested"
ORDER_REFUNDED = "orders.order.refunded"
ORDER_REFUND_FAILED = "orders.order.refund_failed"
STOCK_CHANGED = "orders.stock.changed"
EXPIRY_DUE = "orders.expiry.due"


class OrderStatus(StrEnum):
    """Where an order stands; the transitions are the orders service's own table."""

    RESERVED = "RESERVED"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    REFUNDING = "REFUNDING"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUND_FAILED = "REFUND_FAILED"


@dataclass(frozen=True, slots=True)
class OrderSnapshot(Snapshot):
    """An order; price and ticket version are those of the moment it was placed."""

    id: UUID
    number: str
    version: int
    status: OrderStatus
    buyer_id: UUID
    seller_id: UUID
    ticket_id: UUID
    ticket_version: int
    quantity: int
    unit_price: Money
    total: Money
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    cause: str = ""
    """Why the order is in this status: the last transition's cause."""
    payment_id: UUID | None = None
    """The payment that confirmed the order."""
    refused_payment_id: UUID | None = None
    """An authorisation that came too late: payments cancels it."""


@dataclass(frozen=True, slots=True)
class StockSnapshot(Snapshot):
    """How many pieces of a ticket are held and sold."""

    ticket_id: UUID
    version: int
    capacity: int
    held: int
    sold: int
    on_sale: bool = True

    @property
    def available(self) -> int:
        """Pieces that can be ordered now."""
        return max(0, self.capacity - self.held - self.sold)


@dataclass(frozen=True, slots=True)
class ExpiryDueData(Snapshot):
    """The nudge that an order's hold may have ended; the database decides."""

    order_id: UUID
    expires_at: datetime
