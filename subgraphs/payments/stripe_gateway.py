"""The `PaymentGateway` over Stripe's API: the `stripe` SDK's answers in, our values out.

With an `api_base` of the sandbox the same code talks to the sandbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import stripe

from shared.ids import parse_id
from shared.money import Money
from subgraphs.payments.gateway import (
    Decline,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
    Intent,
    IntentStatus,
    NewIntent,
    ObjectMissing,
    Transfer,
    TransferStatus,
)

API_VERSION = "2026-10-28.endive"
CALL_TIMEOUT_SECONDS = 20.0
PAGE_SIZE = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Which account at which address; `api_base` None is Stripe itself."""

    secret_key: str
    api_base: str | None = None


class StripeGateway:
    """A `PaymentGateway`. Close it when done."""

    def __init__(self, account: StripeAccount) -> None:
        self._http = stripe.HTTPXClient(timeout=CALL_TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(
            account.secret_key,
            base_addresses={"api": account.api_base} if account.api_base else {},
            http_client=self._http,
            stripe_version=API_VERSION,
            max_network_retries=0,
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it bare

    async def create_intent(self, new: NewIntent, key: str) -> Intent:
        return to_intent(
            await _call(
                self._client.v1.payment_intents.create_async(
                    {
                        "amount": new.amount.amount_minor,
                        "currency": new.amount.currency.lower(),
                        "capture_method": "manual",
                        "automatic_payment_methods": {"enabled": True},
                        "metadata": {
                            "payment_id": str(new.payment_id),
                            "order_id": str(new.order_id),
                        },
                    },
                    {"idempotency_key": key},
                )
            )
        )

    async def retrieve_intent(self, intent_id: str) -> Intent:
        return to_intent(await _call(self._client.v1.payment_intents.retrieve_async(intent_id)))

    async def capture_intent(self, intent_id: str, key: str) -> Intent:
        options: stripe.RequestOptions = {"idempotency_key": key}
        return to_intent(
            await _call(self._client.v1.payment_intents.capture_async(intent_id, {}, options))
        )

    async def cancel_intent(self, intent_id: str, key: str) -> Intent:
        options: stripe.RequestOptions = {"idempotency_key": key}
        return to_intent(
            await _call(self._client.v1.payment_intents.cancel_async(intent_id, {}, options))
        )

    async def refund(self, intent_id: str, refund_id: UUID, amount: Money, key: str) -> Transfer:
        return to_transfer(
            await _call(
                self._client.v1.refunds.create_async(
                    {
                        "payment_intent": intent_id,
                        "amount": amount.amount_minor,
                        "metadata": {"refund_id": str(refund_id)},
                    },
                    {"idempotency_key": key},
                )
            )
        )

    async def retrieve_refund(self, provider_id: str) -> Transfer:
        return to_transfer(await _call(self._client.v1.refunds.retrieve_async(provider_id)))

    async def intents_since(self, since: datetime) -> AsyncIterator[Intent]:
        page = await _call(
            self._client.v1.payment_intents.list_async(
                {"created": {"gte": int(since.timestamp())}, "limit": PAGE_SIZE}
            )
        )
        async for intent in page.auto_paging_iter():
            yield to_intent(intent)

    async def refunds_of(self, intent_id: str) -> AsyncIterator[Transfer]:
        page = await _call(
            self._client.v1.refunds.list_async({"payment_intent": intent_id, "limit": PAGE_SIZE})
        )
        async for refund in page.auto_paging_iter():
            yield to_transfer(refund)


def to_intent(found: stripe.PaymentIntent) -> Intent:
    """Our value of a Stripe PaymentIntent."""
    metadata = found.metadata
    return Intent(
        id=found.id,
        status=IntentStatus(found.status),
        client_secret=found.client_secret or "",
        amount_minor=found.amount,
        received_minor=found.amount_received,
        currency=found.currency.upper(),
        payment_id=parse_id(metadata["payment_id"]) if "payment_id" in metadata else None,
        decline=_decline(found),
        created_at=datetime.fromtimestamp(found.created, UTC),
    )


def to_transfer(found: stripe.Refund) -> Transfer:
    """Our value of a Stripe Refund."""
    refund_id = (
        found.metadata["refund_id"] if found.metadata and "refund_id" in found.metadata else ""
    )
    intent = found.payment_intent
    intent_id = intent if isinstance(intent, str) else (intent.id if intent else "")
    return Transfer(
        id=found.id,
        status=TransferStatus(found.status or "pending"),
        amount_minor=found.amount,
        intent_id=intent_id,
        refund_id=parse_id(refund_id),
        failure_reason=getattr(found, "failure_reason", None),
    )


def _decline(found: stripe.PaymentIntent) -> Decline | None:
    error = found.last_payment_error
    if error is None:
        return None
    code = getattr(error, "decline_code", None) or getattr(error, "code", None) or "declined"
    charge = getattr(error, "charge", None)
    method = getattr(getattr(error, "payment_method", None), "id", None)
    return Decline(
        code=code,
        message=getattr(error, "message", None) or code,
        reference=charge or f"{code}:{method}",
    )


async def _call(awaitable: Awaitable[T]) -> T:
    """The SDK's answer, its errors sorted into "may have happened" and "will not happen"."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS + 1):
            return await awaitable
    except TimeoutError as error:
        raise GatewayUnavailable(f"no answer within {CALL_TIMEOUT_SECONDS:g} s") from error
    except stripe.StripeError as error:
        raise _sorted(error) from error


def _sorted(error: stripe.StripeError) -> GatewayError:
    """409 is a request with the same key still under way: it may yet happen."""
    code = error.code or type(error).__name__
    message = error.user_message or str(error)
    refusals = (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError)
    if error.http_status == HTTPStatus.CONFLICT or not isinstance(error, refusals):
        return GatewayUnavailable(f"{code}: {message}")
    return (
        ObjectMissing(code, message)
        if code == "resource_missing"
        else GatewayRefused(code, message)
    )
