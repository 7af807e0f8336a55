"""Money on its way back: asked for by the seller, or due because the order cannot stand (R3).

A refund is a row before it is a call, under the key `refund:{payment}:{n}`; all refunds of a
payment are decided under its row lock, so their sum never passes what was captured.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import payments as contract
from shared.contracts.payments import RefundStatus
from shared.ids import uuid7
from shared.money import Money
from subgraphs.payments import ledger
from subgraphs.payments.alarms import AlarmKind, raise_alarm
from subgraphs.payments.calls import CallKind, NewCall, request_call
from subgraphs.payments.gateway import Transfer, TransferStatus
from subgraphs.payments.models import (
    MAX_REASON_LENGTH,
    InvalidArgument,
    KeyReused,
    NotRefundable,
    NotTheSeller,
    OrderReplica,
    OrderUnknown,
    Payment,
    Refund,
    check_key,
)
from subgraphs.payments.rows import to_payment, to_refund, to_replica
from subgraphs.payments.states import WITH_MONEY, Change
from subgraphs.payments.tables import order_replica, payments, refunds
from subgraphs.payments.transitions import (
    Occasion,
    announce_refund,
    change_payment,
    lock_payment,
)

RETRY_DUE_REFUND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What a seller asks for; without an amount, all that is left."""

    seller_id: UUID
    order_id: UUID
    idempotency_key: str
    amount_minor: int | None = None
    reason: str | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal arguments: a repeated key must come with the same ones."""
        parts = [str(self.order_id), str(self.amount_minor), str(self.reason)]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def check(self) -> None:
        """Raise InvalidArgument for what no payment could meet."""
        check_key(self.idempotency_key)
        if self.amount_minor is not None and self.amount_minor < 1:
            raise InvalidArgument("amount", "must be at least 1")
        if self.reason is not None and len(self.reason) > MAX_REASON_LENGTH:
            raise InvalidArgument("reason", f"must have at most {MAX_REASON_LENGTH} characters")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A refund to be opened; without a request it is the house's own (R3)."""

    amount: Money
    reason: str | None
    request: RefundRequest | None = None
    delay_seconds: int = 0


async def refund_order(session: AsyncSession, request: RefundRequest) -> Refund:
    """Ask for a refund of a paid order; a repeat of the same key returns the same refund.

    Raises InvalidArgument, OrderUnknown, NotTheSeller, NotRefundable, KeyReused.
    """
    request.check()
    order = await _order_of_seller(session, request)
    payment = await _payment_with_money(session, order)
    earlier = await _earlier_refund(session, request)
    if earlier is not None:
        return earlier
    if payment is None:
        raise NotRefundable(order, Money(0, order.total.currency))
    refundable = await _refundable(session, payment)
    wanted = refundable.amount_minor if request.amount_minor is None else request.amount_minor
    if not 1 <= wanted <= refundable.amount_minor:
        raise NotRefundable(order, refundable)
    amount = Money(wanted, refundable.currency)
    return await _open_refund(session, payment, _Wanted(amount, request.reason, request))


async def request_due_refund(
    session: AsyncSession, payment: Payment, delay_seconds: int = 0
) -> None:
    """Give back everything that a dead order still holds; a no-op when that is under way."""
    due = await _refundable(session, payment)
    if due.amount_minor:
        reason = "the order could not stand"
        await _open_refund(session, payment, _Wanted(due, reason, delay_seconds=delay_seconds))


async def apply_transfer(session: AsyncSession, refund_id: UUID, transfer: Transfer) -> Refund:
    """Bring the refund to where the provider has it."""
    refund, payment = await _lock_refund(session, refund_id)
    match transfer.status:
        case TransferStatus.SUCCEEDED if refund.status is RefundStatus.REQUESTED:
            return await _succeed(session, refund, payment, transfer)
        case TransferStatus.FAILED | TransferStatus.CANCELED:
            reason = transfer.failure_reason or transfer.status.value
            return await fail_refund(session, refund_id, reason, transfer.id)
    if refund.provider_id is None:
        return await _update(session, refund, provider_id=transfer.id)
    return refund


async def fail_refund(
    session: AsyncSession, refund_id: UUID, reason: str, provider_id: str | None = None
) -> Refund:
    """The provider will not give it back, or it came back: an alarm.

    What is due to the buyer of a dead order is tried anew, as a new refund.
    """
    refund, payment = await _lock_refund(session, refund_id)
    if refund.status is RefundStatus.FAILED:
        return refund
    if refund.status is RefundStatus.SUCCEEDED:
        payment = await _take_back(session, refund, payment)
    failed = await _update(
        session,
        refund,
        status=RefundStatus.FAILED,
        failure_reason=reason,
        provider_id=provider_id or refund.provider_id,
        version=refund.version + 1,
    )
    message = f"{refund.amount} of payment {payment.id}: {reason}"
    await raise_alarm(session, AlarmKind.REFUND_FAILED, str(refund.id), message)
    await announce_refund(session, contract.REFUND_FAILED, failed, payment)
    if failed.requested_by is None:
        await request_due_refund(session, payment, RETRY_DUE_REFUND_SECONDS)
    return failed


async def _succeed(
    session: AsyncSession, refund: Refund, payment: Payment, transfer: Transfer
) -> Refund:
    succeeded = await _update(
        session,
        refund,
        status=RefundStatus.SUCCEEDED,
        provider_id=transfer.id,
        version=refund.version + 1,
    )
    refunded = payment.refunded_minor + refund.amount.amount_minor
    change = Change.REFUND_IN_FULL if refunded >= payment.captured_minor else Change.REFUND_IN_PART
    occasion = Occasion(f"{refund.amount} refunded", {"refunded_minor": refunded})
    changed = await change_payment(session, payment.id, change, occasion) or payment
    await ledger.enter_refund(session, changed, refund)
    await announce_refund(session, contract.REFUND_SUCCEEDED, succeeded, changed)
    return succeeded


async def _take_back(session: AsyncSession, refund: Refund, payment: Payment) -> Payment:
    """A refund that had succeeded has come back: the money is here again."""
    refunded = payment.refunded_minor - refund.amount.amount_minor
    change = Change.RETURN_IN_PART if refunded else Change.RETURN_IN_FULL
    occasion = Occasion(f"a refund of {refund.amount} came back", {"refunded_minor": refunded})
    changed = await change_payment(session, payment.id, change, occasion) or payment
    await ledger.enter_returned_refund(session, changed, refund)
    return changed


async def _open_refund(session: AsyncSession, payment: Payment, wanted: _Wanted) -> Refund:
    """A new refund of a payment whose row is locked by the caller, and the call for it."""
    request = wanted.request
    counted = select(func.count()).where(refunds.c.payment_id == payment.id).scalar_subquery()
    result = await session.execute(
        insert(refunds)
        .values(
            id=uuid7(),
            version=1,
            payment_id=payment.id,
            order_id=payment.order_id,
            number=counted + 1,
            status=RefundStatus.REQUESTED,
            amount_minor=wanted.amount.amount_minor,
            currency=wanted.amount.currency,
            reason=wanted.reason,
            requested_by=request.seller_id if request else None,
            idempotency_key=request.idempotency_key if request else None,
            fingerprint=request.fingerprint if request else None,
            created_at=func.now(),
            updated_at=func.now(),
        )
        .returning(*refunds.c)
    )
    refund = to_refund(result.mappings().one())
    await announce_refund(session, contract.REFUND_REQUESTED, refund, payment)
    key, delay = refund.provider_key, wanted.delay_seconds
    await request_call(session, NewCall(CallKind.REFUND, key, payment.id, refund.id, delay))
    return refund


async def _refundable(session: AsyncSession, payment: Payment) -> Money:
    """What was captured, less what has gone back or is on its way."""
    pending = await session.execute(
        select(func.coalesce(func.sum(refunds.c.amount_minor), 0)).where(
            refunds.c.payment_id == payment.id, refunds.c.status == RefundStatus.REQUESTED
        )
    )
    left = payment.captured_minor - payment.refunded_minor - int(pending.scalar_one())
    return Money(max(left, 0), payment.amount.currency)


async def _order_of_seller(session: AsyncSession, request: RefundRequest) -> OrderReplica:
    result = await session.execute(
        select(order_replica).where(order_replica.c.id == request.order_id)
    )
    row = result.mappings().one_or_none()
    if row is None or request.seller_id not in (row["seller_id"], row["buyer_id"]):
        raise OrderUnknown(str(request.order_id))
    order = to_replica(row)
    if order.seller_id != request.seller_id:
        raise NotTheSeller(order)
    return order


async def _payment_with_money(session: AsyncSession, order: OrderReplica) -> Payment | None:
    result = await session.execute(
        select(payments)
        .where(payments.c.order_id == order.id, payments.c.status.in_(sorted(WITH_MONEY)))
        .with_for_update()
    )
    row = result.mappings().one_or_none()
    return None if row is None else to_payment(row)


async def _earlier_refund(session: AsyncSession, request: RefundRequest) -> Refund | None:
    """Read under the payment's lock, so parallel requests of one key follow each other."""
    result = await session.execute(
        select(refunds).where(
            refunds.c.requested_by == request.seller_id,
            refunds.c.idempotency_key == request.idempotency_key,
        )
    )
    row = result.mappings().one_or_none()
    if row is None:
        return None
    if row["fingerprint"] != request.fingerprint:
        raise KeyReused(request.idempotency_key)
    return to_refund(row)


async def _lock_refund(session: AsyncSession, refund_id: UUID) -> tuple[Refund, Payment]:
    """The refund and its payment, the payment locked first."""
    found = await session.execute(select(refunds.c.payment_id).where(refunds.c.id == refund_id))
    payment = await lock_payment(session, found.scalar_one())
    result = await session.execute(select(refunds).where(refunds.c.id == refund_id))
    return to_refund(result.mappings().one()), payment


async def _update(session: AsyncSession, refund: Refund, **values: object) -> Refund:
    result = await session.execute(
        update(refunds)
        .where(refunds.c.id == refund.id)
        .values(updated_at=func.now(), **values)
        .returning(*refunds.c)
    )
    return to_refund(result.mappings().one())
