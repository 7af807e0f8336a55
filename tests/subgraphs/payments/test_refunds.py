"""Money going back: by the seller, in full or in part, and never more than was captured."""

import asyncio
from uuid import uuid4

from tests.subgraphs.market import Market, a_ticket
from tests.subgraphs.payments.actors import a_completed_order, a_key, until_payment


async def test_a_seller_refunds_in_parts_until_nothing_is_left(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket(price_minor=2500)
    order = await a_completed_order(market, ticket, buyer)
    part = await market.refund(ticket.seller_id, order["id"], amount="1000", reason="a seat moved")
    assert (part["__typename"], part["amount"]["amount"]) == ("Refund", "1000")
    await market.until(buyer, order["id"], "PARTIALLY_REFUNDED")
    too_much = await market.refund(ticket.seller_id, order["id"], amount="1501")
    assert too_much["__typename"] == "NotRefundable"
    assert too_much["refundable"]["amount"] == "1500"
    await market.refund(ticket.seller_id, order["id"])
    refunded = await market.until(buyer, order["id"], "REFUNDED")
    assert [step["to"] for step in refunded["history"][-4:]] == [
        "REFUNDING",
        "PARTIALLY_REFUNDED",
        "REFUNDING",
        "REFUNDED",
    ]
    payment = await market.payment(buyer, order["id"])
    assert (payment["status"], payment["refundedAmount"]["amount"]) == ("REFUNDED", "2500")


async def test_parallel_refunds_never_pass_what_was_captured(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket(price_minor=2500)
    order = await a_completed_order(market, ticket, buyer)
    results = await asyncio.gather(
        *(market.refund(ticket.seller_id, order["id"], amount="1000") for _ in range(8))
    )
    kinds = sorted(result["__typename"] for result in results)
    assert kinds == ["NotRefundable"] * 6 + ["Refund"] * 2
    await until_payment(market, buyer, order["id"], refundedAmount={"amount": "2000"})


async def test_a_repeated_key_refunds_once_and_other_arguments_conflict(market: Market) -> None:
    buyer, ticket, key = uuid4(), a_ticket(price_minor=2500), a_key()
    order = await a_completed_order(market, ticket, buyer)
    repeats = await asyncio.gather(
        *(market.refund(ticket.seller_id, order["id"], key=key, amount="700") for _ in range(5))
    )
    assert len({repeat["id"] for repeat in repeats}) == 1
    other = await market.refund(ticket.seller_id, order["id"], key=key, amount="800")
    assert other["__typename"] == "IdempotencyConflict"
    await until_payment(market, buyer, order["id"], refundedAmount={"amount": "700"})


async def test_only_the_seller_refunds(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket()
    order = await a_completed_order(market, ticket, buyer)
    assert (await market.refund(buyer, order["id"]))["__typename"] == "Forbidden"
    assert (await market.refund(uuid4(), order["id"]))["__typename"] == "NotFound"
    bad = await market.refund(ticket.seller_id, order["id"], amount="0")
    assert bad["__typename"] == "ValidationFailed"


async def test_a_failed_refund_shows_and_can_be_asked_for_again(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket()
    order = await a_completed_order(market, ticket, buyer, "pm_card_refundFail")
    await market.refund(ticket.seller_id, order["id"])
    failed = await market.until(buyer, order["id"], "REFUND_FAILED", within_seconds=15)
    assert "failed" in failed["history"][-1]["cause"]
    payment = await market.payment(buyer, order["id"])
    assert payment["refunds"][0]["status"] == "FAILED"
    assert payment["refundedAmount"]["amount"] == "0"
    again = await market.refund(ticket.seller_id, order["id"])
    assert again["__typename"] == "Refund"
