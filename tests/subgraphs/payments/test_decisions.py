"""The one decision about money, and the state table, as data."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from uuid import uuid4

import pytest

from shared.contracts.orders import OrderStatus
from shared.contracts.payments import PaymentStatus
from shared.money import Money
from subgraphs.payments.models import NextStep, OrderReplica, Payment, next_step
from subgraphs.payments.states import RULES, allowed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
P = PaymentStatus


def a_payment(status: PaymentStatus) -> Payment:
    return Payment(
        id=uuid4(),
        version=1,
        status=status,
        order_id=uuid4(),
        buyer_id=uuid4(),
        seller_id=uuid4(),
        amount=Money(1000, "EUR"),
        captured_minor=1000,
        refunded_minor=0,
        attempt=1,
        intent_id="pi_1",
        client_secret="pi_1_secret_x",
        failure_code=None,
        failure_message=None,
        created_at=NOW,
        updated_at=NOW,
    )


def its_order(payment: Payment, status: OrderStatus) -> OrderReplica:
    return OrderReplica(
        id=payment.order_id,
        number="F-1",
        version=2,
        status=status,
        buyer_id=payment.buyer_id,
        seller_id=payment.seller_id,
        total=payment.amount,
        expires_at=NOW,
        payment_id=None,
        refused_payment_id=None,
    )


def test_only_the_payment_that_confirmed_the_order_is_captured() -> None:
    payment = a_payment(P.AUTHORIZED)
    order = its_order(payment, OrderStatus.CONFIRMED)
    assert next_step(payment, replace(order, payment_id=payment.id)) is NextStep.CAPTURE
    assert next_step(payment, replace(order, payment_id=uuid4())) is NextStep.CANCEL


def test_an_expired_orders_authorisation_waits_for_the_verdict_of_orders() -> None:
    payment = a_payment(P.AUTHORIZED)
    order = its_order(payment, OrderStatus.EXPIRED)
    assert next_step(payment, order) is NextStep.NOTHING
    refused = replace(order, refused_payment_id=payment.id)
    assert next_step(payment, refused) is NextStep.CANCEL


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.FAILED])
def test_a_dead_order_keeps_no_money(status: OrderStatus) -> None:
    for with_money in (P.CAPTURED, P.PARTIALLY_REFUNDED):
        payment = a_payment(with_money)
        assert next_step(payment, its_order(payment, status)) is NextStep.REFUND
    open_payment = a_payment(P.REQUIRES_ACTION)
    assert next_step(open_payment, its_order(open_payment, status)) is NextStep.CANCEL


@pytest.mark.parametrize("status", [OrderStatus.RESERVED, OrderStatus.AWAITING_PAYMENT])
def test_while_the_order_waits_nothing_is_asked_of_the_provider(status: OrderStatus) -> None:
    for each in (P.CREATED, P.REQUIRES_ACTION, P.AUTHORIZED):
        payment = a_payment(each)
        assert next_step(payment, its_order(payment, status)) is NextStep.NOTHING


def test_without_the_order_nothing_is_decided() -> None:
    assert next_step(a_payment(P.AUTHORIZED), None) is NextStep.NOTHING


def test_the_state_table_has_the_steps_of_the_domain_and_no_way_back() -> None:
    assert allowed(None, P.CREATED)
    line = [P.CREATED, P.REQUIRES_ACTION, P.AUTHORIZED, P.CAPTURING, P.CAPTURED, P.REFUNDED]
    assert all(allowed(before, after) for before, after in pairwise(line))
    assert allowed(P.REQUIRES_ACTION, P.CREATED)  # a decline
    assert not allowed(P.CAPTURED, P.AUTHORIZED)
    assert not allowed(P.CANCELED, P.AUTHORIZED)
    assert not allowed(None, P.CAPTURED)
    assert {rule.target for rule in RULES.values()} == set(PaymentStatus)
