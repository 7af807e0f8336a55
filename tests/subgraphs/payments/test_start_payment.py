"""startPayment: one active payment per order, whoever asks how often."""

import asyncio
from uuid import uuid4

from tests.subgraphs.market import Market, a_ticket
from tests.subgraphs.payments.actors import a_completed_order, a_key, a_reserved_order


async def test_many_tabs_share_one_payment_and_one_intent(market: Market) -> None:
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    results = await asyncio.gather(*(market.start(buyer, order["id"]) for _ in range(12)))
    assert {result["__typename"] for result in results} == {"PaymentReady"}
    assert len({result["payment"]["id"] for result in results}) == 1
    assert len({result["clientSecret"] for result in results}) == 1
    assert len(await market.sandbox.intents()) == 1


async def test_a_key_of_another_order_conflicts(market: Market) -> None:
    buyer, key = uuid4(), a_key()
    first = await a_reserved_order(market, buyer)
    second = await a_reserved_order(market, buyer)
    assert (await market.start(buyer, first["id"], key))["__typename"] == "PaymentReady"
    assert (await market.start(buyer, second["id"], key))["__typename"] == "IdempotencyConflict"


async def test_a_stranger_and_the_seller_cannot_pay(market: Market) -> None:
    buyer, seller = uuid4(), uuid4()
    order = await a_reserved_order(market, buyer, seller_id=seller)
    await market.start(buyer, order["id"])
    for viewer in (uuid4(), seller):
        assert (await market.start(viewer, order["id"]))["__typename"] == "NotFound"
    assert await market.payment(uuid4(), order["id"]) is None
    assert (await market.payment(seller, order["id"]))["status"] == "CREATED"


async def test_an_order_that_has_not_arrived_is_not_ready(market: Market) -> None:
    result = await market.start(uuid4(), str(uuid4()))
    assert (result["__typename"], result["retryAfter"]) == ("OrderNotReady", 500)


async def test_bad_ids_and_keys_are_typed_problems(market: Market) -> None:
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    assert (await market.start(buyer, "no-id"))["__typename"] == "NotFound"
    assert (await market.start(buyer, order["id"], "x" * 201))["__typename"] == "ValidationFailed"


async def test_a_paid_order_is_already_paid(market: Market) -> None:
    buyer = uuid4()
    order = await a_completed_order(market, a_ticket(), buyer)
    assert (await market.start(buyer, order["id"]))["__typename"] == "AlreadyPaid"


async def test_an_amount_that_the_provider_refuses_is_a_typed_problem(market: Market) -> None:
    buyer = uuid4()
    order = await a_reserved_order(market, buyer, price_minor=3)
    refused = await market.start(buyer, order["id"])
    assert (refused["__typename"], refused["code"]) == ("PaymentRefused", "PAYMENT_REFUSED")
    assert (await market.payment(buyer, order["id"]))["status"] == "CANCELED"
