"""The aggregates of payments as values with their decisions: rows in, verdicts out. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.orders import OrderStatus
from shared.contracts.payments import (
    PaymentSnapshot,
    PaymentStatus,
    RefundSnapshot,
    RefundStatus,
)
from shared.money import Money
from subgraphs.payments.states import OPEN, WITH_MONEY

MAX_KEY_LENGTH = 200
MAX_REASON_LENGTH = 500
UNPAID = frozenset({OrderStatus.RESERVED, OrderStatus.AWAITING_PAYMENT})
DEAD = frozenset({OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.FAILED})
"""Orders that must not keep anyone's money."""


class DomainError(Exception):
    """The root of what a buyer or seller can be told.

    DomainError
    ├── InvalidArgument    an argument is out of range; names the field
    ├── OrderUnknown       no such order, or not this viewer's
    ├── OrderNotReady      the order has not reached payments yet; ask again
    ├── OrderNotPayable    expired, cancelled, or over
    ├── AlreadyPaid        authorised or captured
    ├── KeyReused          the idempotency key came with other arguments before
    ├── NotTheSeller       only the seller refunds
    └── NotRefundable      more than is left, or nothing was captured
    """

    code = "DOMAIN_ERROR"


class InvalidArgument(DomainError):
    code = "VALIDATION_FAILED"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class OrderUnknown(DomainError):
    code = "NOT_FOUND"

    def __init__(self, order_id: str) -> None:
        super().__init__("There is no such order.")
        self.order_id = order_id


class OrderNotReady(DomainError):
    code = "ORDER_NOT_READY"

    def __init__(self, order_id: UUID, retry_after_ms: int) -> None:
        super().__init__("The order was just placed; try again in a moment.")
        self.order_id = order_id
        self.retry_after_ms = retry_after_ms


class OrderNotPayable(DomainError):
    code = "ORDER_NOT_PAYABLE"

    def __init__(self, order: OrderReplica) -> None:
        status = order.status.value.lower().replace("_", " ")
        super().__init__(f"Order {order.number} is {status} and cannot be paid.")
        self.status = order.status


class AlreadyPaid(DomainError):
    code = "ALREADY_PAID"

    def __init__(self, order: OrderReplica) -> None:
        super().__init__(f"Order {order.number} is paid.")


class KeyReused(DomainError):
    code = "IDEMPOTENCY_CONFLICT"

    def __init__(self, key: str) -> None:
        super().__init__(f"The idempotency key {key!r} was used before with other arguments.")


class NotTheSeller(DomainError):
    code = "FORBIDDEN"

    def __init__(self, order: OrderReplica) -> None:
        super().__init__(f"Only the seller can refund order {order.number}.")


class NotRefundable(DomainError):
    code = "NOT_REFUNDABLE"

    def __init__(self, order: OrderReplica, refundable: Money) -> None:
        super().__init__(f"At most {refundable} of order {order.number} can be refunded.")
        self.refundable = refundable


def check_key(key: str) -> None:
    """Raise InvalidArgument for an idempotency key that cannot be stored."""
    if not 1 <= len(key) <= MAX_KEY_LENGTH or "\x00" in key:
        raise InvalidArgument("idempotencyKey", f"must have 1 to {MAX_KEY_LENGTH} characters")


@dataclass(frozen=True, slots=True)
class OrderReplica:
    """What payments knows of an order, as of `version`."""

    id: UUID
    number: str
    version: int
    status: OrderStatus
    buyer_id: UUID
    seller_id: UUID
    total: Money
    expires_at: datetime
    payment_id: UUID | None
    refused_payment_id: UUID | None


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as its row stands; `intent_id` once the provider has made the intent."""

    id: UUID
    version: int
    status: PaymentStatus
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    amount: Money
    captured_minor: int
    refunded_minor: int
    attempt: int
    intent_id: str | None
    client_secret: str | None
    failure_code: str | None
    failure_message: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def captured(self) -> Money:
        return Money(self.captured_minor, self.amount.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.amount.currency)

    def may_be_seen_by(self, viewer_id: UUID | None) -> bool:
        """Buyer and seller see a payment; for everyone else it does not exist."""
        return viewer_id is not None and viewer_id in (self.buyer_id, self.seller_id)

    def snapshot(self) -> PaymentSnapshot:
        return PaymentSnapshot(
            id=self.id,
            version=self.version,
            order_id=self.order_id,
            buyer_id=self.buyer_id,
            status=self.status,
            amount=self.amount,
            captured_amount=self.captured,
            refunded_amount=self.refunded,
            created_at=self.created_at,
            updated_at=self.updated_at,
            failure_reason=self.failure_message,
            attempt=self.attempt,
        )


class NextStep(StrEnum):
    """What a payment's and its order's states, taken together, ask for."""

    NOTHING = "NOTHING"
    CAPTURE = "CAPTURE"
    CANCEL = "CANCEL"
    REFUND = "REFUND"


def next_step(payment: Payment, order: OrderReplica | None) -> NextStep:
    """The one decision about money; asked anew whenever payment or order has changed.

    Capture only what the order was confirmed by. Give back what a dead order holds (R3), and
    let go of an authorisation that lost: an expired order's is kept until orders has refused
    it, since it may still be rescued (R2).
    """
    if order is None:
        return NextStep.NOTHING
    dead = order.status in DEAD
    if payment.status in WITH_MONEY:
        return NextStep.REFUND if dead else NextStep.NOTHING
    if payment.status is PaymentStatus.AUTHORIZED:
        if order.status is OrderStatus.CONFIRMED and order.payment_id == payment.id:
            return NextStep.CAPTURE
        waits = order.status in UNPAID or order.status is OrderStatus.EXPIRED
        refused = order.refused_payment_id == payment.id
        return NextStep.NOTHING if waits and not refused else NextStep.CANCEL
    if payment.status in OPEN:
        return NextStep.NOTHING if order.status in UNPAID else NextStep.CANCEL
    return NextStep.NOTHING


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund as its row stands. `number` counts the refunds of its payment."""

    id: UUID
    version: int
    payment_id: UUID
    order_id: UUID
    number: int
    status: RefundStatus
    amount: Money
    reason: str | None
    requested_by: UUID | None
    provider_id: str | None
    failure_reason: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def provider_key(self) -> str:
        """The provider's idempotency key: one refund, one transfer."""
        return f"refund:{self.payment_id}:{self.number}"

    def snapshot(self, payment: Payment) -> RefundSnapshot:
        return RefundSnapshot(
            id=self.id,
            version=self.version,
            payment_id=self.payment_id,
            order_id=self.order_id,
            amount=self.amount,
            status=self.status,
            payment=payment.snapshot(),
            created_at=self.created_at,
            failure_reason=self.failure_reason,
            reason=self.reason,
        )
