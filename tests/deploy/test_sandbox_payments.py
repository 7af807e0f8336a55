"""The sandbox speaks to Stripe's own SDK: intents, cards, captures, refunds."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from tests.deploy.sandbox_service import Sandbox, sandbox

MANUAL: Any = {"amount": 2500, "currency": "eur", "capture_method": "manual"}


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with sandbox(refund_failure_seconds=0.05) as running:
        yield running


async def an_intent(box: Sandbox, method: str = "pm_card_visa") -> stripe.PaymentIntent:
    """An intent of 25.00 EUR, confirmed with `method`."""
    intents = box.stripe.v1.payment_intents
    made = await intents.create_async(MANUAL | {"metadata": {"order": "o1"}})
    return await intents.confirm_async(made.id, {"payment_method": method})


async def a_payment(box: Sandbox, method: str = "pm_card_visa") -> stripe.PaymentIntent:
    """A captured intent of 25.00 EUR."""
    intent = await an_intent(box, method)
    return await box.stripe.v1.payment_intents.capture_async(intent.id)


async def test_a_manual_intent_is_authorised_then_captured(box: Sandbox) -> None:
    intent = await an_intent(box)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 2500)
    done = await box.stripe.v1.payment_intents.capture_async(intent.id)
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 2500, 0)
    assert done.metadata["order"] == "o1"


async def test_an_automatic_intent_is_captured_by_its_confirmation(box: Sandbox) -> None:
    done = await box.stripe.v1.payment_intents.create_async(
        {"amount": 700, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
    )
    assert (done.status, done.amount_received) == ("succeeded", 700)


async def test_a_part_can_be_captured_and_the_rest_is_released(box: Sandbox) -> None:
    intent = await an_intent(box)
    done = await box.stripe.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 1000})
    assert (done.amount_received, done.amount_capturable) == (1000, 0)


async def test_more_than_authorised_cannot_be_captured(box: Sandbox) -> None:
    intent = await an_intent(box)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await box.stripe.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 2501})
    assert caught.value.param == "amount_to_capture"


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
        ),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
async def test_a_declined_card_leaves_the_intent_open_for_another(
    box: Sandbox, method: str, code: str, decline_code: str | None
) -> None:
    intents = box.stripe.v1.payment_intents
    with pytest.raises(stripe.CardError) as caught:
        await an_intent(box, method)
    error = caught.value.error
    assert error is not None
    assert error.payment_intent is not None
    assert (caught.value.code, error.to_dict().get("decline_code")) == (code, decline_code)
    again = await intents.retrieve_async(error.payment_intent.id)
    assert again.status == "requires_payment_method"
    assert again.last_payment_error is not None
    assert again.last_payment_error.code == code
    paid = await intents.confirm_async(again.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("requires_capture", None)


async def test_three_d_secure_waits_for_the_payer(box: Sandbox) -> None:
    intent = await an_intent(box, "pm_card_threeDSecure2Required")
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.client_secret is not None
    answer = await box.browser(
        f"/v1/payment_intents/{intent.id}/authenticate", intent.client_secret, outcome="succeed"
    )
    assert answer.json()["status"] == "requires_capture"


async def test_a_failed_three_d_secure_asks_for_another_card(box: Sandbox) -> None:
    intent = await an_intent(box, "pm_card_threeDSecure2Required")
    answer = await box.browser(
        f"/v1/payment_intents/{intent.id}/authenticate", intent.client_secret or "", outcome="fail"
    )
    assert answer.json()["status"] == "requires_payment_method"
    code = answer.json()["last_payment_error"]["code"]
    assert code == "payment_intent_authentication_failure"


async def test_an_abandoned_three_d_secure_can_be_cancelled(box: Sandbox) -> None:
    intent = await an_intent(box, "pm_card_threeDSecure2Required")
    canceled = await box.stripe.v1.payment_intents.cancel_async(
        intent.id, {"cancellation_reason": "abandoned"}
    )
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")


async def test_a_cancelled_authorisation_cannot_be_captured(box: Sandbox) -> None:
    intent = await an_intent(box)
    canceled = await box.stripe.v1.payment_intents.cancel_async(intent.id)
    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await box.stripe.v1.payment_intents.capture_async(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


async def test_a_failed_capture_ends_the_intent(box: Sandbox) -> None:
    intent = await an_intent(box, "pm_card_captureFails")
    with pytest.raises(stripe.CardError) as caught:
        await box.stripe.v1.payment_intents.capture_async(intent.id)
    assert caught.value.code == "charge_expired_for_capture"
    after = await box.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (after.status, after.amount_received) == ("canceled", 0)


async def test_refunds_never_exceed_what_was_captured(box: Sandbox) -> None:
    intent = await a_payment(box)
    refunds = box.stripe.v1.refunds
    first = await refunds.create_async({"payment_intent": intent.id, "amount": 1000})
    assert (first.status, first.amount) == ("succeeded", 1000)
    with pytest.raises(stripe.InvalidRequestError):
        await refunds.create_async({"payment_intent": intent.id, "amount": 1501})
    rest = await refunds.create_async({"payment_intent": intent.id})
    assert rest.amount == 1500
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await refunds.create_async({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"


async def test_an_authorisation_cannot_be_refunded(box: Sandbox) -> None:
    intent = await an_intent(box)
    with pytest.raises(stripe.InvalidRequestError):
        await box.stripe.v1.refunds.create_async({"payment_intent": intent.id})


async def test_the_balance_is_the_sum_of_captures_and_refunds(box: Sandbox) -> None:
    intent = await a_payment(box)
    await a_payment(box)
    await box.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 400})
    balance = await box.stripe.v1.balance.retrieve_async()
    assert [(one.amount, one.currency) for one in balance.available] == [(4600, "eur")]
    movements = await box.stripe.v1.balance_transactions.list_async()
    assert sorted(one.amount for one in movements.data) == [-400, 2500, 2500]


async def test_lists_page_newest_first(box: Sandbox) -> None:
    made = [await an_intent(box) for _ in range(3)]
    page = await box.stripe.v1.payment_intents.list_async({"limit": 2})
    assert [one.id for one in page.data] == [made[2].id, made[1].id]
    assert page.has_more
    every = [one.id async for one in page.auto_paging_iter()]
    assert every == [one.id for one in reversed(made)]


async def test_intents_are_found_by_metadata(box: Sandbox) -> None:
    intent = await an_intent(box)
    found = await box.stripe.v1.payment_intents.search_async({"query": 'metadata["order"]:"o1"'})
    assert [one.id for one in found.data] == [intent.id]


async def test_the_latest_charge_can_be_expanded(box: Sandbox) -> None:
    intent = await a_payment(box)
    shown = await box.stripe.v1.payment_intents.retrieve_async(
        intent.id, {"expand": ["latest_charge"]}
    )
    assert isinstance(shown.latest_charge, stripe.Charge)
    assert shown.latest_charge.captured


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({"amount": 10, "currency": "eur"}, "amount"),
        ({"amount": -5, "currency": "eur"}, "amount"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount"),
        ({"amount": 500, "currency": "euro"}, "currency"),
        ({"amount": 500}, "currency"),
        ({"amount": 500, "currency": "eur", "colour": "red"}, "colour"),
        ({"amount": 500, "currency": "eur", "payment_method": "pm_none"}, "payment_method"),
    ],
)
async def test_a_bad_parameter_is_named(box: Sandbox, parameters: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await box.stripe.v1.payment_intents.create_async(parameters)
    assert caught.value.param == param


async def test_a_wrong_key_is_refused(box: Sandbox) -> None:
    box.http.headers["Authorization"] = "Bearer sk_test_wrong"
    assert (await box.http.get("/v1/balance")).status_code == 401


async def test_a_browser_sees_only_the_intent_whose_secret_it_knows(box: Sandbox) -> None:
    made = await box.stripe.v1.payment_intents.create_async(MANUAL)
    path = f"/v1/payment_intents/{made.id}/confirm"
    wrong = await box.browser(path, f"{made.id}_secret_guess", payment_method="pm_card_visa")
    assert wrong.status_code == 404
    right = await box.browser(path, made.client_secret or "", payment_method="pm_card_visa")
    assert right.json()["status"] == "requires_capture"
    assert "metadata" not in right.json()
    refused = await box.browser(f"/v1/payment_intents/{made.id}/capture", made.client_secret or "")
    assert refused.status_code == 403


async def test_only_pages_of_this_machine_may_call_from_a_browser(box: Sandbox) -> None:
    near = await box.http.get("/v1/balance", headers={"Origin": "http://localhost:8000"})
    assert near.headers["access-control-allow-origin"] == "http://localhost:8000"
    far = await box.http.get("/v1/balance", headers={"Origin": "https://example.com"})
    assert "access-control-allow-origin" not in far.headers
