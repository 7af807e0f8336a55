"""The sandbox misbehaves as Stripe and the network can: keys, time-outs, webhooks, restarts."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.deploy.sandbox_service import client_of, sandbox
from tests.testkit.eventually import eventually

MANUAL: Any = {"amount": 2500, "currency": "eur", "capture_method": "manual"}
PAID: Any = MANUAL | {"confirm": True, "payment_method": "pm_card_visa"}
BOUNCING = "pm_card_refundFail"
DECLINED: Any = PAID | {"payment_method": "pm_card_visa_chargeDeclined"}


async def test_a_repeated_key_answers_the_same_intent() -> None:
    async with sandbox() as box:
        intents = box.stripe.v1.payment_intents
        first = await intents.create_async(MANUAL, {"idempotency_key": "k1"})
        again = await intents.create_async(MANUAL, {"idempotency_key": "k1"})
        other = await intents.create_async(MANUAL, {"idempotency_key": "k2"})
    assert again.id == first.id != other.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


async def test_a_key_used_for_another_request_is_refused() -> None:
    async with sandbox() as box:
        intents = box.stripe.v1.payment_intents
        await intents.create_async(MANUAL, {"idempotency_key": "k1"})
        with pytest.raises(stripe.IdempotencyError):
            await intents.create_async(MANUAL | {"amount": 1}, {"idempotency_key": "k1"})


async def test_a_decline_is_replayed_under_its_key() -> None:
    async with sandbox() as box:
        for _ in range(2):
            with pytest.raises(stripe.CardError):
                await box.stripe.v1.payment_intents.create_async(
                    DECLINED, {"idempotency_key": "k1"}
                )
        assert len((await box.stripe.v1.charges.list_async()).data) == 1


@pytest.mark.parametrize("kind", ["error_409", "error_500", "error_500_after_success"])
async def test_the_sdk_retries_an_injected_failure_without_a_second_effect(kind: str) -> None:
    async with sandbox() as box:
        await box.control("POST", "/faults", {"kind": kind, "operation": "create"})
        client = client_of(box.url, box.settings.secret_key, retries=2)
        intent = await client.v1.payment_intents.create_async(PAID)
        every = await box.stripe.v1.payment_intents.list_async()
        assert [one.id for one in every.data] == [intent.id]


async def test_a_time_out_after_success_is_found_again_by_its_key() -> None:
    async with sandbox() as box:
        fault = {"kind": "timeout_after_success", "operation": "create", "seconds": 1}
        await box.control("POST", "/faults", fault)
        headers = {"Idempotency-Key": "k1"}
        form = {"amount": "2500", "currency": "eur"}
        with pytest.raises(httpx.ReadTimeout):
            await box.http.post("/v1/payment_intents", data=form, headers=headers, timeout=0.2)
        answer = await box.http.post("/v1/payment_intents", data=form, headers=headers)
        assert answer.headers["idempotent-replayed"] == "true"
        assert len((await box.stripe.v1.payment_intents.list_async()).data) == 1


async def test_webhooks_are_signed_and_told_in_order() -> None:
    async with sandbox() as box:
        intent = await box.stripe.v1.payment_intents.create_async(PAID)
        await box.stripe.v1.payment_intents.capture_async(intent.id)
        await eventually(lambda: len(box.endpoint.events) == 5)
    assert set(box.endpoint.types()) == {
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    }
    assert box.endpoint.refused == 0


async def test_a_webhook_is_sent_again_until_it_is_accepted() -> None:
    async with sandbox() as box:
        box.endpoint.statuses = [500]
        await box.stripe.v1.payment_intents.create_async(MANUAL)
        await eventually(lambda: box.endpoint.types() == ["payment_intent.created"])


async def test_webhooks_can_be_doubled_dropped_and_released() -> None:
    async with sandbox() as box:
        await box.control("PUT", "/webhooks", {"double": 1})
        await box.stripe.v1.payment_intents.create_async(MANUAL)
        await eventually(lambda: len(box.endpoint.events) == 2)
        assert len({event["id"] for event in box.endpoint.events}) == 1
        await box.control("PUT", "/webhooks", {"drop": 1})
        await box.stripe.v1.payment_intents.create_async(MANUAL)
        assert (await box.control("GET", ""))["deliveries"] == {"dropped": 1}
        await box.control("POST", "/webhooks/release")
        await eventually(lambda: len(box.endpoint.events) == 3)


async def test_webhooks_can_be_delayed_and_reordered() -> None:
    async with sandbox() as box:
        chaos = {"delay_seconds": 0.1, "reorder_seconds": 0.3, "seed": 4}
        await box.control("PUT", "/webhooks", chaos)
        for _ in range(8):
            await box.stripe.v1.payment_intents.create_async(MANUAL)
        assert box.endpoint.events == []
        await eventually(lambda: len(box.endpoint.events) == 8)
        intents = await box.stripe.v1.payment_intents.list_async()
    told = [event["data"]["object"]["id"] for event in box.endpoint.events]
    assert told != [one.id for one in reversed(intents.data)]


@pytest.mark.parametrize(
    ("signature", "status"), [("wrong", 400), ("stale", 400), ("missing", 400), ("right", 200)]
)
async def test_webhooks_can_be_forged(signature: str, status: int) -> None:
    async with sandbox() as box:
        intent = await box.stripe.v1.payment_intents.create_async(MANUAL)
        forged = {
            "type": "payment_intent.succeeded",
            "payment_intent": intent.id,
            "signature": signature,
        }
        assert (await box.control("POST", "/webhooks/forge", forged))["status"] == status


async def test_a_refund_can_bounce_later() -> None:
    async with sandbox(refund_failure_seconds=0.05) as box:
        paid = await box.stripe.v1.payment_intents.create_async(
            {"amount": 900, "currency": "eur", "confirm": True, "payment_method": BOUNCING}
        )
        refund = await box.stripe.v1.refunds.create_async({"payment_intent": paid.id})
        assert refund.status == "succeeded"
        await eventually(lambda: "refund.failed" in box.endpoint.types())
        after = await box.stripe.v1.refunds.retrieve_async(refund.id)
        assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
        assert (await box.stripe.v1.balance.retrieve_async()).available[0].amount == 900


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    async with sandbox(state) as box:
        box.endpoint.statuses = [500] * 100
        intent = await box.stripe.v1.payment_intents.create_async(PAID, {"idempotency_key": "k1"})
    with state.open("a") as file:
        file.write('[["Intent","pi_torn",{"id"')  # killed while writing
    async with sandbox(state) as box:
        again = await box.stripe.v1.payment_intents.create_async(PAID, {"idempotency_key": "k1"})
        assert (again.id, again.status) == (intent.id, "requires_capture")
        done = await box.stripe.v1.payment_intents.capture_async(intent.id)
        assert done.status == "succeeded"
        await eventually(lambda: "payment_intent.created" in box.endpoint.types())


async def test_control_needs_the_secret_key_and_known_fields() -> None:
    async with sandbox() as box:
        assert (await box.browser("/sandbox/faults", "")).status_code == 401
        answer = await box.http.post("/sandbox/faults", json={"kind": "error_500", "when": "now"})
        assert answer.status_code == 400
        assert "when" in answer.json()["error"]["message"]
