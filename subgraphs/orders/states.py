"""The order's state machine as data: every change an order can make, and nothing else.

A rule names the statuses it leaves, the one it enters, the event that tells of it, and what
becomes of the order's hold on its ticket. A rule without a target is an amendment: the order
stays in its status, its version rises, and the history records why.

Refunds come in parts, can be asked for again after a failure, and can come back after they had
succeeded: so COMPLETED is not the only way into REFUNDING, nor REFUNDING into REFUND_FAILED.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.contracts import orders as contract
from shared.contracts.orders import OrderStatus


class HoldState(StrEnum):
    """What an order has of its ticket's stock."""

    HELD = "HELD"
    SOLD = "SOLD"
    RELEASED = "RELEASED"


class Change(StrEnum):
    """The name of one rule."""

    START_PAYMENT = "START_PAYMENT"
    CANCEL = "CANCEL"
    EXPIRE = "EXPIRE"
    CONFIRM = "CONFIRM"
    RESCUE = "RESCUE"
    COMPLETE = "COMPLETE"
    COMPLETE_FREE = "COMPLETE_FREE"
    FAIL = "FAIL"
    REQUEST_REFUND = "REQUEST_REFUND"
    REFUND_IN_FULL = "REFUND_IN_FULL"
    REFUND_IN_PART = "REFUND_IN_PART"
    FAIL_REFUND = "FAIL_REFUND"
    EXTEND_HOLD = "EXTEND_HOLD"
    REFUSE_PAYMENT = "REFUSE_PAYMENT"


class Deadline(StrEnum):
    """How a rule minds `expires_at`, which the database clock alone compares."""

    IGNORED = "IGNORED"
    MUST_BE_AHEAD = "MUST_BE_AHEAD"
    MUST_HAVE_PASSED = "MUST_HAVE_PASSED"


@dataclass(frozen=True, slots=True)
class HoldMove:
    """The hold goes from one state to another; the ticket's stock follows."""

    source: HoldState
    target: HoldState


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the state table."""

    sources: frozenset[OrderStatus]
    target: OrderStatus | None
    event: str
    hold: HoldMove | None = None
    deadline: Deadline = Deadline.IGNORED


S = OrderStatus
UNPAID = frozenset({S.RESERVED, S.AWAITING_PAYMENT})
REFUNDABLE = frozenset({S.COMPLETED, S.PARTIALLY_REFUNDED, S.REFUND_FAILED})
RELEASE = HoldMove(HoldState.HELD, HoldState.RELEASED)
SELL = HoldMove(HoldState.HELD, HoldState.SOLD)
RETAKE = HoldMove(HoldState.RELEASED, HoldState.SOLD)
FREE = HoldMove(HoldState.SOLD, HoldState.RELEASED)

RULES: Mapping[Change, Rule] = MappingProxyType(
    {
        Change.START_PAYMENT: Rule(
            frozenset({S.RESERVED}), S.AWAITING_PAYMENT, contract.ORDER_PAYMENT_STARTED
        ),
        Change.CANCEL: Rule(UNPAID, S.CANCELLED, contract.ORDER_CANCELLED, hold=RELEASE),
        Change.EXPIRE: Rule(
            UNPAID,
            S.EXPIRED,
            contract.ORDER_EXPIRED,
            hold=RELEASE,
            deadline=Deadline.MUST_HAVE_PASSED,
        ),
        Change.CONFIRM: Rule(
            UNPAID,
            S.CONFIRMED,
            contract.ORDER_CONFIRMED,
            hold=SELL,
            deadline=Deadline.MUST_BE_AHEAD,
        ),
        Change.RESCUE: Rule(
            frozenset({S.EXPIRED}), S.CONFIRMED, contract.ORDER_CONFIRMED, hold=RETAKE
        ),
        Change.COMPLETE: Rule(frozenset({S.CONFIRMED}), S.COMPLETED, contract.ORDER_COMPLETED),
        Change.COMPLETE_FREE: Rule(
            frozenset({S.RESERVED}), S.COMPLETED, contract.ORDER_COMPLETED, hold=SELL
        ),
        Change.FAIL: Rule(frozenset({S.CONFIRMED}), S.FAILED, contract.ORDER_FAILED, hold=FREE),
        Change.REQUEST_REFUND: Rule(REFUNDABLE, S.REFUNDING, contract.ORDER_REFUND_REQUESTED),
        Change.REFUND_IN_FULL: Rule(frozenset({S.REFUNDING}), S.REFUNDED, contract.ORDER_REFUNDED),
        Change.REFUND_IN_PART: Rule(
            frozenset({S.REFUNDING}), S.PARTIALLY_REFUNDED, contract.ORDER_REFUNDED
        ),
        Change.FAIL_REFUND: Rule(
            frozenset({S.REFUNDING, S.REFUNDED, S.PARTIALLY_REFUNDED}),
            S.REFUND_FAILED,
            contract.ORDER_REFUND_FAILED,
        ),
        Change.EXTEND_HOLD: Rule(
            UNPAID, None, contract.ORDER_HOLD_EXTENDED, deadline=Deadline.MUST_BE_AHEAD
        ),
        Change.REFUSE_PAYMENT: Rule(
            frozenset({S.CANCELLED, S.EXPIRED, S.FAILED}), None, contract.ORDER_PAYMENT_REFUSED
        ),
    }
)


def allowed(source: OrderStatus | None, target: OrderStatus) -> bool:
    """Whether the table knows this step; an order is born RESERVED, amendments stay in place."""
    if source is None:
        return target is S.RESERVED
    return any(
        source in rule.sources and target is (rule.target or source) for rule in RULES.values()
    )
