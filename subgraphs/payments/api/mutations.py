"""The root fields that write: refusals as union members, no provider call in a transaction."""

import asyncio
from contextlib import suppress
from uuid import UUID

import strawberry

from shared.graphql import MinorUnits, Unauthenticated
from shared.ids import parse_id
from subgraphs.payments import models, refunds, service
from subgraphs.payments.api.context import Info
from subgraphs.payments.api.results import (
    PaymentReady,
    PaymentRefused,
    PaymentUnavailable,
    RefundOrderResult,
    StartPaymentResult,
    problem,
)
from subgraphs.payments.api.types import Payment, Refund
from subgraphs.payments.models import DomainError, OrderUnknown
from subgraphs.payments.states import OPEN

INTENT_WAIT_SECONDS = 4.0
INTENT_POLL_SECONDS = 0.1
RETRY_AFTER_MS = 1000


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Get ready to pay one's order, in as many tabs as one likes: they share one "
        "payment. The amount is the order's."
    )
    async def start_payment(
        self, info: Info, order_id: strawberry.ID, idempotency_key: strawberry.ID
    ) -> StartPaymentResult:
        buyer_id = info.context.user_id
        if buyer_id is None:
            return Unauthenticated()
        try:
            request = service.StartRequest(buyer_id, _known_id(order_id), idempotency_key)
            async with info.context.database.transaction() as session:
                payment = await service.start_payment(session, request)
        except DomainError as error:
            return problem(error)
        return _ready(info, await _with_intent(info, payment))

    @strawberry.mutation(
        description="Give the buyer of one's ticket money back: `amount`, or all that is left."
    )
    async def refund_order(
        self,
        info: Info,
        order_id: strawberry.ID,
        idempotency_key: strawberry.ID,
        amount: MinorUnits | None = None,
        reason: str | None = None,
    ) -> RefundOrderResult:
        seller_id = info.context.user_id
        if seller_id is None:
            return Unauthenticated()
        try:
            request = refunds.RefundRequest(
                seller_id, _known_id(order_id), idempotency_key, amount, reason
            )
            async with info.context.database.transaction() as session:
                return Refund.of(await refunds.refund_order(session, request))
        except DomainError as error:
            return problem(error)


async def _with_intent(info: Info, payment: models.Payment) -> models.Payment:
    """The payment once the provider has its intent, made here if need be; or as it is.

    A call that takes too long is given up here; the worker makes it again under its key.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(INTENT_WAIT_SECONDS):
            if payment.client_secret is None:
                await info.context.desk.create_intent(service.create_key(payment.id))
                payment = await _reread(info, payment)
            while payment.client_secret is None and payment.status in OPEN:
                await asyncio.sleep(INTENT_POLL_SECONDS)  # another request, or the worker, is at it
                payment = await _reread(info, payment)
    return payment


async def _reread(info: Info, payment: models.Payment) -> models.Payment:
    async with info.context.database.reading() as session:
        return await service.find_payment(session, payment.id) or payment


def _ready(
    info: Info, payment: models.Payment
) -> PaymentReady | PaymentRefused | PaymentUnavailable:
    if payment.status not in OPEN and payment.failure_message is not None:
        return PaymentRefused(code="PAYMENT_REFUSED", message=payment.failure_message)
    if payment.client_secret is None:
        return PaymentUnavailable(
            code="PAYMENT_UNAVAILABLE",
            message="The payment provider does not answer. Try again.",
            retry_after=RETRY_AFTER_MS,
        )
    checkout = info.context.checkout
    return PaymentReady(
        payment=Payment.of(payment),
        client_secret=payment.client_secret,
        publishable_key=checkout.publishable_key,
        element_url=checkout.element_url,
    )


def _known_id(sent: str) -> UUID:
    order_id = parse_id(sent)
    if order_id is None:
        raise OrderUnknown(sent)
    return order_id
