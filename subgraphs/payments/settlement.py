"""What the provider and the orders service say in, what a payment becomes and asks for out.

Both roads end in `settle`, which reads payment (locked) and order together and asks for the
next call. The order's replica is written before the payment is locked, and read after; so
whichever of two parallel transactions comes second sees both changes.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.orders import OrderSnapshot
from shared.contracts.payments import PaymentStatus
from subgraphs.payments import ledger
from subgraphs.payments.alarms import AlarmKind, raise_alarm
from subgraphs.payments.calls import CallKind, NewCall, request_call
from subgraphs.payments.gateway import Decline, Intent, IntentStatus
from subgraphs.payments.models import NextStep, OrderReplica, Payment, next_step
from subgraphs.payments.refunds import request_due_refund
from subgraphs.payments.rows import to_payment, to_replica
from subgraphs.payments.states import Change
from subgraphs.payments.tables import attempts, order_replica, payments
from subgraphs.payments.transitions import Occasion, change_payment, lock_payment

COLUMNS = tuple(column.name for column in order_replica.c)
NEW = upsert(order_replica).values({name: bindparam(name) for name in COLUMNS})
TAKE_OVER = NEW.on_conflict_do_update(
    index_elements=[order_replica.c.id],
    set_={name: NEW.excluded[name] for name in COLUMNS},
    where=order_replica.c.version < NEW.excluded.version,
).returning(order_replica.c.id)
"""An order's newer snapshot into the replica; no row for old news. Built once: it is hot."""


async def apply_order(session: AsyncSession, order: OrderSnapshot) -> None:
    """Take over an order when it is newer than what is known, and act on its payments."""
    values = {
        "id": order.id,
        "number": order.number,
        "version": order.version,
        "status": order.status.value,
        "buyer_id": order.buyer_id,
        "seller_id": order.seller_id,
        "total_minor": order.total.amount_minor,
        "currency": order.total.currency,
        "expires_at": order.expires_at,
        "payment_id": order.payment_id,
        "refused_payment_id": order.refused_payment_id,
    }
    if (await session.execute(TAKE_OVER, values)).one_or_none() is None:
        return
    affected = await session.execute(
        select(payments.c.id).where(payments.c.order_id == order.id).order_by(payments.c.id)
    )
    for payment_id in affected.scalars().all():
        await settle(session, await lock_payment(session, payment_id))


async def apply_intent(session: AsyncSession, payment_id: UUID, intent: Intent) -> Payment:
    """Bring the payment to where the provider has its intent; never back (R11).

    The state table is the rank: from each status only later ones can be entered.
    """
    payment = await lock_payment(session, payment_id)
    if payment.intent_id is None:
        payment = await _remember_intent(session, payment, intent)
    changed = await _follow(session, payment, intent)
    payment = changed or payment
    await settle(session, payment)
    return payment


async def settle(session: AsyncSession, payment: Payment) -> None:
    """Ask for what payment (locked by the caller) and order together call for."""
    match next_step(payment, await read_order(session, payment.order_id)):
        case NextStep.CAPTURE:
            await change_payment(
                session, payment.id, Change.BEGIN_CAPTURE, Occasion("the order is confirmed")
            )
            await _request(session, CallKind.CAPTURE, payment)
        case NextStep.CANCEL:
            await _request(session, CallKind.CANCEL, payment)
        case NextStep.REFUND:
            await request_due_refund(session, payment)
        case NextStep.NOTHING:
            pass


async def fail_capture(session: AsyncSession, payment_id: UUID, code: str, message: str) -> None:
    """The provider will not take the money: tell, and let the authorisation go."""
    values = {"failure_code": code, "failure_message": message}
    occasion = Occasion(f"capture refused: {message}", values)
    failed = await change_payment(session, payment_id, Change.FAIL_CAPTURE, occasion)
    if failed is not None:
        await _request(session, CallKind.CANCEL, failed)


async def read_order(session: AsyncSession, order_id: UUID) -> OrderReplica | None:
    """What is known of the order now."""
    result = await session.execute(select(order_replica).where(order_replica.c.id == order_id))
    row = result.mappings().one_or_none()
    return None if row is None else to_replica(row)


async def _request(session: AsyncSession, kind: CallKind, payment: Payment) -> None:
    key = f"{kind.value.lower()}:{payment.id}"
    await request_call(session, NewCall(kind, key, payment.id))


async def _remember_intent(session: AsyncSession, payment: Payment, intent: Intent) -> Payment:
    result = await session.execute(
        update(payments)
        .where(payments.c.id == payment.id)
        .values(intent_id=intent.id, client_secret=intent.client_secret)
        .returning(*payments.c)
    )
    return to_payment(result.mappings().one())


async def _follow(session: AsyncSession, payment: Payment, intent: Intent) -> Payment | None:
    match intent.status:
        case IntentStatus.REQUIRES_PAYMENT_METHOD if intent.decline is not None:
            return await _decline(session, payment, intent.decline)
        case IntentStatus.REQUIRES_ACTION:
            occasion = Occasion("the bank asks the buyer to confirm")
            return await change_payment(session, payment.id, Change.REQUIRE_ACTION, occasion)
        case IntentStatus.REQUIRES_CAPTURE:
            return await _authorize(session, payment, intent)
        case IntentStatus.SUCCEEDED:
            return await _capture(session, payment, intent)
        case IntentStatus.CANCELED:
            return await _cancel(session, payment)
    return None


async def _authorize(session: AsyncSession, payment: Payment, intent: Intent) -> Payment | None:
    if (intent.amount_minor, intent.currency) != (
        payment.amount.amount_minor,
        payment.amount.currency,
    ):
        message = f"{intent.amount_minor} {intent.currency} instead of {payment.amount}"
        await raise_alarm(session, AlarmKind.AMOUNT_DIFFERS, str(payment.id), message)
        return None
    occasion = Occasion(
        "authorised by the provider", {"failure_code": None, "failure_message": None}
    )
    authorized = await change_payment(session, payment.id, Change.AUTHORIZE, occasion)
    if authorized is not None:
        await _end_attempt(session, authorized.id, authorized.attempt, "authorized", None)
    return authorized


async def _capture(session: AsyncSession, payment: Payment, intent: Intent) -> Payment | None:
    received = min(intent.received_minor, payment.amount.amount_minor)
    occasion = Occasion("captured by the provider", {"captured_minor": received})
    captured = await change_payment(session, payment.id, Change.CAPTURE, occasion)
    if captured is not None:
        await ledger.enter_capture(session, captured)
    return captured


async def _cancel(session: AsyncSession, payment: Payment) -> Payment | None:
    """A canceled intent ends an open payment; during a capture it means there was none."""
    if payment.status is PaymentStatus.CAPTURING:
        values = {"failure_code": "canceled", "failure_message": "the authorisation is gone"}
        occasion = Occasion("the authorisation is gone", values)
        return await change_payment(session, payment.id, Change.FAIL_CAPTURE, occasion)
    canceled = await change_payment(
        session, payment.id, Change.CANCEL, Occasion("canceled at the provider")
    )
    if canceled is not None:
        await _end_attempt(session, canceled.id, canceled.attempt, "canceled", None)
    return canceled


async def _decline(session: AsyncSession, payment: Payment, decline: Decline) -> Payment | None:
    """A new attempt for a decline that is not the one that began the present attempt."""
    if payment.status is PaymentStatus.CREATED:
        earlier = await session.execute(
            select(attempts.c.reference).where(
                attempts.c.payment_id == payment.id, attempts.c.number == payment.attempt - 1
            )
        )
        if earlier.scalar_one_or_none() == decline.reference:
            return None
    values = {
        "attempt": payments.c.attempt + 1,
        "failure_code": decline.code,
        "failure_message": decline.message,
    }
    occasion = Occasion(f"declined: {decline.message}", values)
    declined = await change_payment(session, payment.id, Change.DECLINE, occasion)
    if declined is not None:
        await _end_attempt(session, declined.id, declined.attempt - 1, "declined", decline)
        await begin_attempt(session, declined)
    return declined


async def begin_attempt(session: AsyncSession, payment: Payment) -> None:
    """Record that the buyer may now try to pay for the n-th time."""
    await session.execute(
        upsert(attempts).values(
            payment_id=payment.id, number=payment.attempt, started_at=func.now()
        )
    )


async def _end_attempt(
    session: AsyncSession, payment_id: UUID, number: int, outcome: str, decline: Decline | None
) -> None:
    await session.execute(
        update(attempts)
        .where(attempts.c.payment_id == payment_id, attempts.c.number == number)
        .values(
            outcome=outcome,
            reference=decline.reference if decline else None,
            message=decline.message if decline else None,
            ended_at=func.now(),
        )
    )
