"""The payment provider as payments sees it: a Protocol, its values and its two kinds of failure.

Every writing call takes an idempotency key: the same key and arguments give the same answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shared.money import Money


class IntentStatus(StrEnum):
    """Where an intent stands at the provider (Stripe's words)."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class TransferStatus(StrEnum):
    """Where a refund stands at the provider."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Decline:
    """Why the last try failed. `reference` differs from try to try."""

    code: str
    message: str
    reference: str


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent as the provider has it now; `payment_id` is from our metadata."""

    id: str
    status: IntentStatus
    client_secret: str
    amount_minor: int
    received_minor: int
    currency: str
    payment_id: UUID | None
    decline: Decline | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """One refund as the provider has it now."""

    id: str
    status: TransferStatus
    amount_minor: int
    intent_id: str
    refund_id: UUID | None
    failure_reason: str | None


@dataclass(frozen=True, slots=True)
class NewIntent:
    """What an intent is made of."""

    payment_id: UUID
    order_id: UUID
    amount: Money


class GatewayError(Exception):
    """The root of what a call to the provider can raise.

    GatewayError
    ├── GatewayUnavailable    it may or may not have happened: repeat with the same key
    └── GatewayRefused        it did not and will not happen
        └── ObjectMissing     the provider has no such object
    """

    code = "PAYMENT_PROVIDER"


class GatewayUnavailable(GatewayError):
    code = "PAYMENT_PROVIDER_UNAVAILABLE"


class GatewayRefused(GatewayError):
    code = "PAYMENT_PROVIDER_REFUSED"

    def __init__(self, reason_code: str, message: str) -> None:
        super().__init__(f"{reason_code}: {message}")
        self.reason_code = reason_code
        self.message = message


class ObjectMissing(GatewayRefused):
    code = "PAYMENT_PROVIDER_OBJECT_MISSING"


class PaymentGateway(Protocol):
    """A payment provider with manual capture. Each method raises GatewayError."""

    async def create_intent(self, new: NewIntent, key: str) -> Intent:
        """Make an intent that authorises first and captures when told."""
        ...

    async def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as it is now."""
        ...

    async def capture_intent(self, intent_id: str, key: str) -> Intent:
        """Take the authorised money."""
        ...

    async def cancel_intent(self, intent_id: str, key: str) -> Intent:
        """Let go of the authorisation, or make sure there will be none."""
        ...

    async def refund(self, intent_id: str, refund_id: UUID, amount: Money, key: str) -> Transfer:
        """Give `amount` of the captured money back."""
        ...

    async def retrieve_refund(self, provider_id: str) -> Transfer:
        """The refund as it is now."""
        ...

    def intents_since(self, since: datetime) -> AsyncIterator[Intent]:
        """All intents made since then, newest first."""
        ...

    def refunds_of(self, intent_id: str) -> AsyncIterator[Transfer]:
        """All refunds of an intent."""
        ...
