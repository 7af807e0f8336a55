"""The aggregates of orders as values with their decisions: rows in, verdicts and snapshots out.

No I/O: `transitions` and `reservations` carry out what is decided here, and the database has
the last word on time and stock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.orders import OrderSnapshot, OrderStatus, StockSnapshot
from shared.money import Money

MAX_KEY_LENGTH = 200
MIN_HOLD_SECONDS = 2


class DomainError(Exception):
    """The root of what a buyer can be told.

    DomainError
    ├── InvalidOrder           an argument is out of range; names the field
    ├── TicketUnknown          no such listing here
    ├── NotOnSale              paused or withdrawn
    ├── OwnTicket              sellers do not buy from themselves
    ├── TicketChanged          the listing is not in the version the buyer saw
    ├── SoldOut                less is free than was asked for
    ├── LimitExceeded          more than one buyer may have of one ticket
    ├── KeyReused              the idempotency key came with other arguments before
    ├── OrderUnknown           no such order, or not this viewer's
    └── OrderNotCancellable    paid, or over
    """

    code = "DOMAIN_ERROR"


class InvalidOrder(DomainError):
    code = "VALIDATION_FAILED"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class TicketUnknown(DomainError):
    code = "NOT_FOUND"

    def __init__(self, ticket_id: str) -> None:
        super().__init__("There is no such ticket.")
        self.ticket_id = ticket_id


class NotOnSale(DomainError):
    code = "NOT_ON_SALE"

    def __init__(self, ticket_id: UUID) -> None:
        super().__init__("This ticket is not on sale.")
        self.ticket_id = ticket_id


class OwnTicket(DomainError):
    code = "OWN_TICKET"

    def __init__(self, ticket_id: UUID) -> None:
        super().__init__("This ticket is your own.")
        self.ticket_id = ticket_id


class TicketChanged(DomainError):
    code = "TICKET_CHANGED"

    def __init__(self, ticket_id: UUID, expected: int, current: int) -> None:
        super().__init__(
            f"The listing was changed: it is in version {current}, you saw {expected}."
        )
        self.ticket_id = ticket_id


class SoldOut(DomainError):
    code = "SOLD_OUT"

    def __init__(self, stock: Stock, quantity: int) -> None:
        super().__init__(_shortage(stock, quantity))
        self.stock = stock


class LimitExceeded(DomainError):
    code = "LIMIT_EXCEEDED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"One buyer may have at most {limit} of this ticket.")
        self.limit = limit


class KeyReused(DomainError):
    code = "IDEMPOTENCY_CONFLICT"

    def __init__(self, key: str) -> None:
        super().__init__(f"The idempotency key {key!r} was used before with other arguments.")


class OrderUnknown(DomainError):
    code = "NOT_FOUND"

    def __init__(self, order_id: str) -> None:
        super().__init__("There is no such order.")
        self.order_id = order_id


class OrderNotCancellable(DomainError):
    code = "ORDER_NOT_CANCELLABLE"

    def __init__(self, order: Order) -> None:
        super().__init__(
            f"Order {order.number} is {_in_words(order.status)} and cannot be cancelled."
        )
        self.status = order.status


def _shortage(stock: Stock, quantity: int) -> str:
    """What a buyer is told who asked for more than is free."""
    if stock.available > 0:
        return f"Only {stock.available} are left, you asked for {quantity}."
    if stock.held:
        return "Another buyer is holding it and may pay; it may come free again."
    return "It is sold out."


def _in_words(status: OrderStatus) -> str:
    return status.value.lower().replace("_", " ")


class StockState(StrEnum):
    """What a buyer sees of a ticket's stock."""

    AVAILABLE = "AVAILABLE"
    HELD = "HELD"
    SOLD_OUT = "SOLD_OUT"
    NOT_ON_SALE = "NOT_ON_SALE"


@dataclass(frozen=True, slots=True)
class Stock:
    """A ticket's stock, and what orders must know of the listing (seen at `ticket_version`).

    `version` counts the changes of stock and is what watchers compare.
    """

    ticket_id: UUID
    version: int
    capacity: int
    held: int
    sold: int
    ticket_version: int
    on_sale: bool
    seller_id: UUID
    price: Money

    @property
    def available(self) -> int:
        return self.capacity - self.held - self.sold

    @property
    def state(self) -> StockState:
        if not self.on_sale:
            return StockState.NOT_ON_SALE
        if self.available > 0:
            return StockState.AVAILABLE
        return StockState.HELD if self.held else StockState.SOLD_OUT

    def check_sale(self, request: OrderRequest) -> None:
        """Raise the reason why `request` cannot be met by what this (unlocked) reading shows."""
        if self.seller_id == request.buyer_id:
            raise OwnTicket(self.ticket_id)
        if not self.on_sale:
            raise NotOnSale(self.ticket_id)
        expected = request.expected_ticket_version
        if expected is not None and expected != self.ticket_version:
            raise TicketChanged(self.ticket_id, expected, self.ticket_version)
        if self.available < request.quantity:
            raise SoldOut(self, request.quantity)

    def snapshot(self) -> StockSnapshot:
        return StockSnapshot(
            ticket_id=self.ticket_id,
            version=self.version,
            capacity=self.capacity,
            held=self.held,
            sold=self.sold,
            on_sale=self.on_sale,
        )


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a buyer asks for. `hold_seconds` shortens the hold; None takes the house's."""

    buyer_id: UUID
    ticket_id: UUID
    quantity: int
    idempotency_key: str
    expected_ticket_version: int | None = None
    hold_seconds: int | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal arguments: a repeated key must come with the same ones."""
        parts = (
            self.ticket_id,
            self.quantity,
            self.expected_ticket_version,
            self.hold_seconds,
        )
        return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()

    def check(self, rules: HoldRules) -> None:
        """Raise InvalidOrder or LimitExceeded for what no stock could meet."""
        if not 1 <= len(self.idempotency_key) <= MAX_KEY_LENGTH:
            raise InvalidOrder("idempotencyKey", f"must have 1 to {MAX_KEY_LENGTH} characters")
        if "\x00" in self.idempotency_key:
            raise InvalidOrder("idempotencyKey", "must not hold a NUL character")
        if self.quantity < 1:
            raise InvalidOrder("quantity", "must be at least 1")
        if self.expected_ticket_version is not None and self.expected_ticket_version < 1:
            raise InvalidOrder("expectedTicketVersion", "must be at least 1")
        shortest = min(MIN_HOLD_SECONDS, rules.hold_seconds)
        asked = self.hold_seconds
        if asked is not None and not shortest <= asked <= rules.hold_seconds:
            raise InvalidOrder(
                "holdSeconds", f"must be between {shortest} and {rules.hold_seconds}"
            )
        if self.quantity > rules.limit_per_buyer:
            raise LimitExceeded(rules.limit_per_buyer)


@dataclass(frozen=True, slots=True)
class HoldRules:
    """The house's rules of holding; times in seconds.

    An extension (R14: once, on 3-D Secure or a decline) leaves at least
    `extension_seconds`, and never reaches past `hold_cap_seconds` from the order's creation.
    """

    hold_seconds: int = 900
    limit_per_buyer: int = 10
    extension_seconds: int = 600
    hold_cap_seconds: int = 1800


@dataclass(frozen=True, slots=True)
class Order:
    """One order as its row stands."""

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
    cause: str
    created_at: datetime
    expires_at: datetime
    updated_at: datetime
    payment_id: UUID | None = None
    refused_payment_id: UUID | None = None
    refunded_minor: int = 0

    def may_be_seen_by(self, viewer_id: UUID | None) -> bool:
        """Buyer and seller see an order; for everyone else it does not exist."""
        return viewer_id is not None and viewer_id in (self.buyer_id, self.seller_id)

    def snapshot(self) -> OrderSnapshot:
        return OrderSnapshot(
            id=self.id,
            number=self.number,
            version=self.version,
            status=self.status,
            buyer_id=self.buyer_id,
            seller_id=self.seller_id,
            ticket_id=self.ticket_id,
            ticket_version=self.ticket_version,
            quantity=self.quantity,
            unit_price=self.unit_price,
            total=self.total,
            payment_id=self.payment_id,
            refused_payment_id=self.refused_payment_id,
            cause=self.cause,
            created_at=self.created_at,
            expires_at=self.expires_at,
            updated_at=self.updated_at,
        )

    @classmethod
    def from_snapshot(cls, snapshot: OrderSnapshot) -> Order:
        return cls(
            id=snapshot.id,
            number=snapshot.number,
            version=snapshot.version,
            status=snapshot.status,
            buyer_id=snapshot.buyer_id,
            seller_id=snapshot.seller_id,
            ticket_id=snapshot.ticket_id,
            ticket_version=snapshot.ticket_version,
            quantity=snapshot.quantity,
            unit_price=snapshot.unit_price,
            total=snapshot.total,
            cause=snapshot.cause,
            created_at=snapshot.created_at,
            expires_at=snapshot.expires_at,
            updated_at=snapshot.updated_at,
            payment_id=snapshot.payment_id,
            refused_payment_id=snapshot.refused_payment_id,
        )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One version of an order: what it left, what it entered, why and when."""

    order_id: UUID
    version: int
    source: OrderStatus | None
    target: OrderStatus
    cause: str
    at: datetime
