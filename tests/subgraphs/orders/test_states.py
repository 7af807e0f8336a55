"""The order's state table, as data."""

from itertools import pairwise, product

from shared.contracts.orders import OrderStatus
from subgraphs.orders.states import RULES, UNPAID, Change, Deadline, HoldState, allowed

S = OrderStatus
STORIES = (
    (S.RESERVED, S.AWAITING_PAYMENT, S.CONFIRMED, S.COMPLETED, S.REFUNDING, S.REFUNDED),
    (S.RESERVED, S.CONFIRMED, S.FAILED),
    (S.RESERVED, S.EXPIRED, S.CONFIRMED, S.COMPLETED),
    (S.RESERVED, S.COMPLETED, S.REFUNDING, S.PARTIALLY_REFUNDED, S.REFUNDING, S.REFUND_FAILED),
    (S.AWAITING_PAYMENT, S.CANCELLED),
    (S.AWAITING_PAYMENT, S.EXPIRED),
)


def test_the_stories_of_the_domain_are_allowed() -> None:
    assert allowed(None, S.RESERVED)
    for story in STORIES:
        assert all(allowed(before, after) for before, after in pairwise(story))


def test_nothing_leads_back_to_an_unpaid_order_but_its_own_amendments() -> None:
    for source, target in product(set(S) - UNPAID, UNPAID):
        assert not allowed(source, target)
    assert not allowed(None, S.CONFIRMED)
    assert not allowed(S.CANCELLED, S.CONFIRMED)
    assert not allowed(S.COMPLETED, S.EXPIRED)


def test_a_hold_is_sold_by_confirming_and_free_after_every_end_without_payment() -> None:
    targets = {change: rule.hold.target for change, rule in RULES.items() if rule.hold}
    assert targets == {
        Change.CANCEL: HoldState.RELEASED,
        Change.EXPIRE: HoldState.RELEASED,
        Change.FAIL: HoldState.RELEASED,
        Change.CONFIRM: HoldState.SOLD,
        Change.RESCUE: HoldState.SOLD,
        Change.COMPLETE_FREE: HoldState.SOLD,
    }


def test_only_expiry_waits_for_the_deadline_and_only_paying_must_meet_it() -> None:
    assert RULES[Change.EXPIRE].deadline is Deadline.MUST_HAVE_PASSED
    ahead = {change for change, rule in RULES.items() if rule.deadline is Deadline.MUST_BE_AHEAD}
    assert ahead == {Change.CONFIRM, Change.EXTEND_HOLD}
