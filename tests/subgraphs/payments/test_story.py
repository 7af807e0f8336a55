"""From listing to delivery through both services, the bus and the payment provider."""

from uuid import UUID, uuid4

from tests.subgraphs.market import Market, a_ticket
from tests.subgraphs.payments.actors import until_payment
from tests.testkit.eventually import eventually


async def test_a_paid_order_is_confirmed_captured_and_completed(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket(price_minor=2500, quantity=3)
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id, quantity=2)
    assert order["status"] == "RESERVED"
    ready = await market.start(buyer, order["id"])
    assert ready["__typename"] == "PaymentReady", ready
    assert ready["payment"]["amount"] == {"amount": "5000", "currency": "EUR"}
    confirmed = await market.sandbox.confirm(ready["clientSecret"])
    assert confirmed.json()["status"] == "requires_capture"
    done = await market.until(buyer, order["id"], "COMPLETED")
    assert [step["to"] for step in done["history"]] == [
        "RESERVED",
        "AWAITING_PAYMENT",
        "CONFIRMED",
        "COMPLETED",
    ]
    payment = await market.payment(buyer, order["id"])
    assert (payment["status"], payment["capturedAmount"]["amount"]) == ("CAPTURED", "5000")
    availability = await market.availability(ticket.id)
    assert (availability["available"], availability["held"], availability["sold"]) == (1, 0, 2)


async def test_an_unpaid_order_expires_and_its_ticket_is_free_again(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket(quantity=1)
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id, hold=2)
    ready = await market.start(buyer, order["id"])
    assert (await market.place(uuid4(), ticket.id))["__typename"] == "SoldOut"
    await market.until(buyer, order["id"], "EXPIRED", within_seconds=4)
    assert (await market.availability(ticket.id))["available"] == 1
    assert (await market.start(buyer, order["id"]))["__typename"] == "OrderNotPayable"
    await until_payment(market, buyer, order["id"], status="CANCELED")
    assert (await market.sandbox.confirm(ready["clientSecret"])).status_code == 400


async def test_a_declined_card_can_be_tried_again_and_extends_the_hold_once(
    market: Market,
) -> None:
    buyer, ticket = uuid4(), a_ticket()
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id, hold=60)
    ready = await market.start(buyer, order["id"])
    for attempt in (2, 3):
        await market.sandbox.confirm(ready["clientSecret"], "pm_card_visa_chargeDeclined")
        await until_payment(market, buyer, order["id"], attempt=attempt)
    await market.sandbox.confirm(ready["clientSecret"], "pm_card_visa")
    done = await market.until(buyer, order["id"], "COMPLETED")
    causes = [step["cause"] for step in done["history"]]
    assert sum("extended" in cause for cause in causes) == 1
    assert done["expiresAt"] > order["expiresAt"]
    assert len(await market.sandbox.intents()) == 1


async def test_three_d_secure_is_awaited_then_captured(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket()
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id)
    ready = await market.start(buyer, order["id"])
    asked = await market.sandbox.confirm(ready["clientSecret"], "pm_card_threeDSecure2Required")
    assert asked.json()["status"] == "requires_action"
    await until_payment(market, buyer, order["id"], status="REQUIRES_ACTION")
    await market.sandbox.authenticate(ready["clientSecret"])
    await market.until(buyer, order["id"], "COMPLETED")


async def test_a_failed_capture_fails_the_order_and_frees_its_ticket(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket()
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.confirm(ready["clientSecret"], "pm_card_captureFails")
    failed = await market.until(buyer, order["id"], "FAILED")
    assert "not captured" in failed["history"][-1]["cause"]
    assert (await market.availability(ticket.id))["available"] == 1
    assert (await market.payment(buyer, order["id"]))["status"] == "CAPTURE_FAILED"


async def test_a_cancelled_order_cancels_its_authorisation(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket()
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id)
    ready = await market.start(buyer, order["id"])
    cancelled = await market.cancel(buyer, order["id"])
    assert (cancelled["__typename"], cancelled["status"]) == ("Order", "CANCELLED")
    assert (await market.cancel(buyer, order["id"]))["version"] == cancelled["version"]
    await until_payment(market, buyer, order["id"], status="CANCELED")
    assert (await market.sandbox.intents())[0]["status"] == "canceled"
    assert (await market.availability(ticket.id))["available"] == 1
    assert ready["payment"]["status"] == "CREATED"


async def test_a_free_ticket_is_completed_at_once_without_a_payment(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket(price_minor=0, quantity=2)
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id)
    assert (order["status"], order["version"]) == ("COMPLETED", 2)
    assert (await market.availability(ticket.id))["sold"] == 1
    await eventually(lambda: _is_not_payable(market, buyer, order["id"]))


async def _is_not_payable(market: Market, buyer: UUID, order_id: str) -> bool:
    result = await market.start(buyer, order_id)
    return bool(result["__typename"] == "OrderNotPayable" and result["status"] == "COMPLETED")
