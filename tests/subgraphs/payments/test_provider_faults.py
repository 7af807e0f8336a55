"""The provider misbehaves; money and order still agree in the end."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.subgraphs.market import Market
from tests.subgraphs.payments.actors import a_reserved_order, until_payment


@pytest.mark.parametrize("kind", ["error_500_after_success", "error_500", "error_409"])
async def test_an_intent_is_made_once_when_the_answer_to_its_creation_is_lost(
    market: Market, kind: str
) -> None:
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    await market.sandbox.control("POST", "/faults", {"kind": kind, "operation": "create"})
    first = await market.start(buyer, order["id"])
    ready = first if first["__typename"] == "PaymentReady" else await _retried(market, buyer, order)
    assert len(await market.sandbox.intents()) == 1
    await market.sandbox.confirm(ready["clientSecret"])
    await market.until(buyer, order["id"], "COMPLETED")


@pytest.mark.parametrize("kind", ["error_500_after_success", "error_500"])
async def test_money_is_captured_once_when_the_answer_to_the_capture_is_lost(
    market: Market, kind: str
) -> None:
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.control(
        "POST", "/faults", {"kind": kind, "operation": "capture", "times": 2}
    )
    await market.sandbox.confirm(ready["clientSecret"])
    await market.until(buyer, order["id"], "COMPLETED", within_seconds=20)
    payment = await market.payment(buyer, order["id"])
    assert payment["capturedAmount"]["amount"] == "2500"


async def test_doubled_and_reordered_webhooks_change_nothing(market: Market) -> None:
    chaos = {"double": 1.0, "reorder_seconds": 0.3}
    await market.sandbox.control("PUT", "/webhooks", chaos)
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.confirm(ready["clientSecret"])
    done = await market.until(buyer, order["id"], "COMPLETED")
    await asyncio.sleep(0.5)
    assert (await market.order(buyer, order["id"]))["version"] == done["version"]


async def test_lost_webhooks_are_made_up_for_by_looking(market: Market) -> None:
    await market.sandbox.control("PUT", "/webhooks", {"drop": 1.0})
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.confirm(ready["clientSecret"])
    await market.until(buyer, order["id"], "COMPLETED", within_seconds=20)


async def test_an_authorisation_of_a_cancelled_order_is_let_go(market: Market) -> None:
    await market.sandbox.control("PUT", "/webhooks", {"drop": 1.0})
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.confirm(ready["clientSecret"])
    await market.cancel(buyer, order["id"])
    await until_payment(market, buyer, order["id"], status="CANCELED")
    assert (await market.sandbox.intents())[0]["status"] == "canceled"


async def _retried(market: Market, buyer: UUID, order: Any) -> Any:
    for _ in range(20):
        result = await market.start(buyer, order["id"])
        if result["__typename"] == "PaymentReady":
            return result
        await asyncio.sleep(0.2)
    raise AssertionError("the intent was never made")
