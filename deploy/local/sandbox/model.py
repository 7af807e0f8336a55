"""The sandbox's objects as frozen values; amounts are in minor units, times in Unix seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

JSON: TypeAlias = dict[str, Any]


class IntentStatus(StrEnum):
    """A payment intent's status, by Stripe's names."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    REQUIRES_CAPTURE = "requires_capture"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"


@dataclass(frozen=True, slots=True)
class Intent:
    """One payment: at most one successful charge, captured at once or on demand."""

    id: str
    amount: int
    currency: str
    created: int
    client_secret: str
    capture_method: str
    status: str = IntentStatus.REQUIRES_PAYMENT_METHOD
    metadata: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    payment_method: str | None = None
    return_url: str | None = None
    latest_charge: str | None = None
    amount_capturable: int = 0
    amount_received: int = 0
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    last_payment_error: JSON | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt at an intent that reached the card: authorised, captured, refunded or failed."""

    id: str
    payment_intent: str
    amount: int
    currency: str
    created: int
    payment_method: str
    status: str
    captured: bool = False
    amount_captured: int = 0
    amount_refunded: int = 0
    balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. `fails_at` is when the card's bank will bounce it."""

    id: str
    payment_intent: str
    charge: str
    amount: int
    currency: str
    created: int
    status: str
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    balance_transaction: str | None = None
    failure_reason: str | None = None
    fails_at: float | None = None


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """One signed movement of the account's balance; `source` is a charge or a refund."""

    id: str
    amount: int
    currency: str
    created: int
    type: str
    source: str


@dataclass(frozen=True, slots=True)
class Event:
    """A fact as webhooks and the events endpoint tell it; `object` is as it was then."""

    id: str
    type: str
    created: int
    object: JSON
    request_id: str | None
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of an event: pending until `state` is delivered, dropped or given_up."""

    id: str
    event: str
    next_at: float
    attempts: int = 0
    state: str = "pending"


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What an idempotency key was answered, and a fingerprint of what it had asked."""

    id: str
    fingerprint: str
    created: float
    status: int
    body: JSON


@dataclass(frozen=True, slots=True)
class Chaos:
    """How webhooks misbehave from now on; shares are probabilities in 0..1."""

    id: str = "chaos"
    double: float = 0.0
    drop: float = 0.0
    delay_seconds: float = 0.0
    reorder_seconds: float = 0.0
    types: list[str] = field(default_factory=list)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` API calls whose operation is `operation` (any, when empty) go wrong."""

    id: str
    kind: str
    operation: str = ""
    times: int = 1
    seconds: float = 30.0
