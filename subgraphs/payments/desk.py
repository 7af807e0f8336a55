"""Calls and webhooks that are due in, their outcomes in the database out.

Each goes: lease in one transaction, ask the provider outside of any, store in another. What
is cut off in between is leased again when its lease ends, and asked again under the same key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from shared.db import Database
from subgraphs.payments import inbound
from subgraphs.payments.alarms import AlarmKind, raise_alarm
from subgraphs.payments.calls import (
    Call,
    CallKind,
    finish_call,
    postpone_call,
    take_call,
    take_due_calls,
)
from subgraphs.payments.gateway import (
    GatewayRefused,
    GatewayUnavailable,
    Intent,
    IntentStatus,
    NewIntent,
    PaymentGateway,
    Transfer,
    TransferStatus,
)
from subgraphs.payments.models import Payment, Refund
from subgraphs.payments.refunds import apply_transfer, fail_refund
from subgraphs.payments.rows import to_refund
from subgraphs.payments.service import find_payment
from subgraphs.payments.settlement import apply_intent, fail_capture
from subgraphs.payments.states import OPEN, Change
from subgraphs.payments.tables import refunds
from subgraphs.payments.transitions import Occasion, change_payment

logger = logging.getLogger(__name__)

BATCH = 20
LOOK_UP_PAUSE_SECONDS = 10


async def _all_of(tasks: Iterable[Awaitable[None]]) -> None:
    """Run all at once, each to its end: one that fails cuts no other off from its answer."""
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    failures = [each for each in ended if isinstance(each, Exception)]
    if failures:
        raise ExceptionGroup("calls to the provider failed", failures)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the calls are made: our database and the provider."""

    database: Database
    gateway: PaymentGateway

    async def work(self) -> None:
        """Carry out everything that is due, calls and webhooks, until nothing is."""
        await self.work_calls()
        await self.work_webhooks()

    async def work_calls(self) -> None:
        """Make every call that is due, until none is."""
        while await self._some_calls():
            pass

    async def work_webhooks(self) -> None:
        """Process every stored event that is due, until none is."""
        while await self._some_webhooks():
            pass

    async def create_intent(self, key: str) -> None:
        """Carry out the one CREATE call with this key, unless it is done."""
        async with self.database.transaction() as session:
            call = await take_call(session, key)
        if call is not None:
            await self._carry_out(call)

    async def _some_calls(self) -> int:
        async with self.database.transaction() as session:
            calls = await take_due_calls(session, BATCH)
        await _all_of(self._carry_out(call) for call in calls)
        return len(calls)

    async def _some_webhooks(self) -> int:
        async with self.database.transaction() as session:
            events = await inbound.take_due_webhooks(session, BATCH)
        await _all_of(inbound.process(self.database, self.gateway, event) for event in events)
        return len(events)

    async def _carry_out(self, call: Call) -> None:
        try:
            match call.kind:
                case CallKind.CREATE:
                    await self._create(call)
                case CallKind.CAPTURE:
                    await self._capture(call)
                case CallKind.CANCEL:
                    await self._cancel(call)
                case CallKind.REFUND:
                    await self._refund(call)
                case CallKind.LOOK_UP:
                    await self._look_up(call)
        except GatewayUnavailable as error:
            logger.warning("%s of payment %s waits: %s", call.kind, call.payment_id, error)
            await self._postpone(call, str(error))

    async def _create(self, call: Call) -> None:
        payment = await self._payment(call.payment_id)
        new = NewIntent(payment.id, payment.order_id, payment.amount)
        try:
            intent = await self.gateway.create_intent(new, call.key)
        except GatewayRefused as refusal:
            await self._give_up_creating(call, refusal)
            return
        async with self.database.transaction() as session:
            if await finish_call(session, call):
                await apply_intent(session, payment.id, intent)

    async def _give_up_creating(self, call: Call, refusal: GatewayRefused) -> None:
        values = {"failure_code": refusal.reason_code, "failure_message": refusal.message}
        async with self.database.transaction() as session:
            if await finish_call(session, call):
                occasion = Occasion(f"refused by the provider: {refusal.message}", values)
                await change_payment(session, call.payment_id, Change.CANCEL, occasion)
                subject = str(call.payment_id)
                await raise_alarm(session, AlarmKind.INTENT_REFUSED, subject, str(refusal))

    async def _capture(self, call: Call) -> None:
        """A refusal counts only when the intent itself shows no captured money."""
        intent_id = await self._intent_id(call)
        reason = ("not_captured", "the provider did not capture")
        try:
            intent = await self.gateway.capture_intent(intent_id, call.key)
        except GatewayRefused as refusal:
            reason = (refusal.reason_code, refusal.message)
            intent = await self.gateway.retrieve_intent(intent_id)
        if intent.status is IntentStatus.PROCESSING:
            await self._postpone(call, "the capture is being processed")
            return
        async with self.database.transaction() as session:
            if await finish_call(session, call):
                await apply_intent(session, call.payment_id, intent)
                if intent.status is not IntentStatus.SUCCEEDED:
                    await fail_capture(session, call.payment_id, *reason)

    async def _cancel(self, call: Call) -> None:
        """An intent that may yet be made is waited for, so that it cannot escape (R10)."""
        payment = await self._payment(call.payment_id)
        if payment.intent_id is None and payment.status in OPEN:
            await self._postpone(call, "the intent is not there yet")
            return
        if payment.intent_id is None:
            intent = None
        else:
            intent = await self._canceled_intent(payment.intent_id, call.key)
        async with self.database.transaction() as session:
            if await finish_call(session, call) and intent is not None:
                await apply_intent(session, payment.id, intent)

    async def _canceled_intent(self, intent_id: str, key: str) -> Intent:
        try:
            return await self.gateway.cancel_intent(intent_id, key)
        except GatewayRefused:
            return await self.gateway.retrieve_intent(intent_id)

    async def _refund(self, call: Call) -> None:
        refund = await self._refund_of(call)
        intent_id = await self._intent_id(call)
        try:
            transfer = await self._transfer(refund, intent_id)
        except GatewayRefused as refusal:
            async with self.database.transaction() as session:
                if await finish_call(session, call):
                    await fail_refund(session, refund.id, str(refusal))
            return
        pending = transfer.status in (TransferStatus.PENDING, TransferStatus.REQUIRES_ACTION)
        async with self.database.transaction() as session:
            if pending or await finish_call(session, call):
                await apply_transfer(session, refund.id, transfer)
        if pending:
            await self._postpone(call, "the provider has not refunded yet")

    async def _transfer(self, refund: Refund, intent_id: str) -> Transfer:
        if refund.provider_id is not None:
            return await self.gateway.retrieve_refund(refund.provider_id)
        return await self.gateway.refund(intent_id, refund.id, refund.amount, refund.provider_key)

    async def _look_up(self, call: Call) -> None:
        """What webhooks tell promptly, found out without them (they may be lost)."""
        payment = await self._payment(call.payment_id)
        if payment.intent_id is not None and payment.status in OPEN:
            intent = await self.gateway.retrieve_intent(payment.intent_id)
            async with self.database.transaction() as session:
                payment = await apply_intent(session, payment.id, intent)
        async with self.database.transaction() as session:
            if payment.status in OPEN:
                await postpone_call(session, call, None, LOOK_UP_PAUSE_SECONDS)
            else:
                await finish_call(session, call)

    async def _postpone(self, call: Call, reason: str) -> None:
        async with self.database.transaction() as session:
            await postpone_call(session, call, reason)

    async def _payment(self, payment_id: UUID) -> Payment:
        async with self.database.reading() as session:
            payment = await find_payment(session, payment_id)
        if payment is None:
            raise LookupError(f"payment {payment_id} is gone")
        return payment

    async def _intent_id(self, call: Call) -> str:
        payment = await self._payment(call.payment_id)
        if payment.intent_id is None:
            raise LookupError(f"payment {payment.id} has no intent to {call.kind}")
        return payment.intent_id

    async def _refund_of(self, call: Call) -> Refund:
        async with self.database.reading() as session:
            result = await session.execute(select(refunds).where(refunds.c.id == call.refund_id))
            return to_refund(result.mappings().one())
