"""The payment's state machine as data: every change a payment can make, and nothing else.

A rule without a target is an amendment: the payment stays in its status, its version rises.
Two things happen at providers that a straight line from CREATED to REFUNDED has no room for.
CAPTURE_FAILED and CANCELED may still turn out CAPTURED, when the provider took the money after
all; it is refunded (R3), so it has to be on record first. And a refund that had succeeded may
come back days later (Stripe: `refund.failed`): then the money is here again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.contracts import payments as contract
from shared.contracts.payments import PaymentStatus


class Change(StrEnum):
    """The name of one rule."""

    REQUIRE_ACTION = "REQUIRE_ACTION"
    DECLINE = "DECLINE"
    AUTHORIZE = "AUTHORIZE"
    BEGIN_CAPTURE = "BEGIN_CAPTURE"
    CAPTURE = "CAPTURE"
    FAIL_CAPTURE = "FAIL_CAPTURE"
    CANCEL = "CANCEL"
    REFUND_IN_PART = "REFUND_IN_PART"
    REFUND_IN_FULL = "REFUND_IN_FULL"
    RETURN_IN_PART = "RETURN_IN_PART"
    RETURN_IN_FULL = "RETURN_IN_FULL"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the state table; no event for what only payments itself acts upon."""

    sources: frozenset[PaymentStatus]
    target: PaymentStatus
    event: str | None


S = PaymentStatus
OPEN = frozenset({S.CREATED, S.REQUIRES_ACTION})
OVER = frozenset({S.CANCELED, S.CAPTURE_FAILED})
"""What does not stand in the way of another payment for the same order."""
WITH_MONEY = frozenset({S.CAPTURED, S.PARTIALLY_REFUNDED, S.REFUNDED})

RULES: Mapping[Change, Rule] = MappingProxyType(
    {
        Change.REQUIRE_ACTION: Rule(
            frozenset({S.CREATED}), S.REQUIRES_ACTION, contract.PAYMENT_REQUIRES_ACTION
        ),
        Change.DECLINE: Rule(OPEN, S.CREATED, contract.PAYMENT_FAILED),
        Change.AUTHORIZE: Rule(OPEN, S.AUTHORIZED, contract.PAYMENT_AUTHORIZED),
        Change.BEGIN_CAPTURE: Rule(frozenset({S.AUTHORIZED}), S.CAPTURING, None),
        Change.CAPTURE: Rule(
            OPEN | OVER | {S.AUTHORIZED, S.CAPTURING}, S.CAPTURED, contract.PAYMENT_CAPTURED
        ),
        Change.FAIL_CAPTURE: Rule(
            frozenset({S.CAPTURING}), S.CAPTURE_FAILED, contract.PAYMENT_CAPTURE_FAILED
        ),
        Change.CANCEL: Rule(OPEN | {S.AUTHORIZED}, S.CANCELED, contract.PAYMENT_CANCELED),
        Change.REFUND_IN_PART: Rule(
            frozenset({S.CAPTURED, S.PARTIALLY_REFUNDED}), S.PARTIALLY_REFUNDED, None
        ),
        Change.REFUND_IN_FULL: Rule(
            frozenset({S.CAPTURED, S.PARTIALLY_REFUNDED}), S.REFUNDED, None
        ),
        Change.RETURN_IN_PART: Rule(
            frozenset({S.REFUNDED, S.PARTIALLY_REFUNDED}), S.PARTIALLY_REFUNDED, None
        ),
        Change.RETURN_IN_FULL: Rule(
            frozenset({S.REFUNDED, S.PARTIALLY_REFUNDED}), S.CAPTURED, None
        ),
    }
)


def allowed(source: PaymentStatus | None, target: PaymentStatus) -> bool:
    """Whether the table knows this step; a payment is born CREATED."""
    if source is None:
        return target is S.CREATED
    return any(source in rule.sources and target is rule.target for rule in RULES.values())
