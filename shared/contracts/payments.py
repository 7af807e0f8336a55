"""What the payments service tells the others."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.codec import Snapshot
from shared.money import Money

PAYMENT_CREATED = "payments.payment.created"
PAYMENT_AUTHORIZED = "payments.payment.authorized"
PAYMENT_CAPTURED = "payments.payment.captured"
PAYMENT_CAPTURE_FAILED = "payments.payment.capture_failed"
PAYMENT_CANCELED = "payments.payment.canceled"
PAYMENT_FAILED = "payments.payment.failed"
PAYMENT_REQUIRES_ACTION = "payments.payment.requires_action"
REFUND_REQUESTED = "payments.refund.requested"
REFUND_SUCCEEDED = "payments.refund.succeeded"
REFUND_FAILED = "payments.refund.failed"


class PaymentStatus(StrEnum):
    """Where a payment stands; the transitions are the payments service's own table."""

    CREATED = "CREATED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    AUTHORIZED = "AUTHORIZED"
    CAPTURING = "CAPTURING"
    CAPTURED = "CAPTURED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CANCELED = "CANCELED"
    CAPTURE_FAILED = "CAPTURE_FAILED"


class RefundStatus(StrEnum):
    """Where a refund stands."""

    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class PaymentSnapshot(Snapshot):
    """The payment of one order."""

    id: UUID
    version: int
    order_id: UUID
    buyer_id: UUID
    status: PaymentStatus
    amount: Money
    captured_amount: Money
    refunded_amount: Money
    created_at: datetime
    updated_at: datetime
    failure_reason: str | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class RefundSnapshot(Snapshot):
    """Money on its way back to the buyer; `payment` is the payment after it."""

    id: UUID
    version: int
    payment_id: UUID
    order_id: UUID
    amount: Money
    status: RefundStatus
    payment: PaymentSnapshot
    created_at: datetime
    failure_reason: str | None = None
    reason: str | None = None
