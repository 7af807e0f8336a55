"""The use cases that other services and time set off. None of them commits.

Every one takes a snapshot or an id, asks the database, and is a no-op when it comes twice,
late, or out of order.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.payments import PaymentSnapshot, PaymentStatus, RefundSnapshot, RefundStatus
from shared.contracts.tickets import TicketSnapshot, TicketStatus
from subgraphs.orders.announcements import announce_stock, nudge_at_expiry
from subgraphs.orders.models import HoldRules, LimitExceeded, SoldOut
from subgraphs.orders.rows import to_stock
from subgraphs.orders.service import find_order
from subgraphs.orders.states import UNPAID, Change
from subgraphs.orders.tables import orders, payment_replica, refund_replica, stock
from subgraphs.orders.transitions import Occasion, change_order, change_orders, rescue_order

HOLD_ENDED = Occasion("hold ended unpaid")
P = PaymentStatus


async def expire_order(session: AsyncSession, order_id: UUID) -> None:
    """Free an unpaid order's hold, if the database clock says that it has ended."""
    await change_order(session, order_id, Change.EXPIRE, HOLD_ENDED)


async def expire_due_orders(session: AsyncSession, limit: int) -> int:
    """Expire up to `limit` orders whose hold has ended, past what others work on; how many."""
    due = await session.execute(
        select(orders.c.id)
        .where(orders.c.status.in_(sorted(UNPAID)), orders.c.expires_at <= func.now())
        .order_by(orders.c.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    expired = await change_orders(session, due.scalars().all(), Change.EXPIRE, HOLD_ENDED)
    return len(expired)


async def apply_ticket(session: AsyncSession, ticket: TicketSnapshot) -> None:
    """Take over a listing when it is newer than what is known; holds and sales stand."""
    listed = upsert(stock).values(
        ticket_id=ticket.id,
        version=1,
        listed=ticket.quantity,
        capacity=ticket.quantity,
        ticket_version=ticket.version,
        on_sale=ticket.status is TicketStatus.ON_SALE,
        seller_id=ticket.seller_id,
        price_minor=ticket.price.amount_minor,
        currency=ticket.price.currency,
    )
    new = listed.excluded
    result = await session.execute(
        listed.on_conflict_do_update(
            index_elements=[stock.c.ticket_id],
            set_={
                "version": stock.c.version + 1,
                "listed": new.listed,
                "capacity": func.greatest(new.listed, stock.c.held + stock.c.sold),
                "ticket_version": new.ticket_version,
                "on_sale": new.on_sale,
                "price_minor": new.price_minor,
                "currency": new.currency,
            },
            where=new.ticket_version > stock.c.ticket_version,
        ).returning(stock)
    )
    row = result.mappings().one_or_none()
    if row is not None:
        await announce_stock(session, to_stock(row), ticket.updated_at)


async def apply_payment(session: AsyncSession, payment: PaymentSnapshot, rules: HoldRules) -> None:
    """Move the order to where its payment's newest state takes it."""
    key = {"payment_id": payment.id, "order_id": payment.order_id}
    if not await _is_newer(session, payment_replica, key, (payment.version, payment.status)):
        return
    match payment.status:
        case P.CREATED | P.REQUIRES_ACTION:
            await _follow_start(session, payment, rules)
        case P.AUTHORIZED | P.CAPTURING:
            await _decide(session, payment, rules)
        case P.CAPTURED | P.PARTIALLY_REFUNDED | P.REFUNDED:
            await _decide(session, payment, rules)
            occasion = _by_payment(payment, "payment captured")
            await change_order(session, payment.order_id, Change.COMPLETE, occasion)
        case P.CAPTURE_FAILED | P.CANCELED:
            reason = payment.failure_reason or payment.status.value
            occasion = _by_payment(payment, f"payment not captured: {reason}")
            await change_order(session, payment.order_id, Change.FAIL, occasion)


async def apply_refund(session: AsyncSession, refund: RefundSnapshot) -> None:
    """Show on a completed order how its refund goes; other orders are none of a refund's."""
    key = {"refund_id": refund.id, "order_id": refund.order_id}
    if not await _is_newer(session, refund_replica, key, (refund.version, refund.status)):
        return
    asked = Occasion(f"refund of {refund.amount} requested")
    await change_order(session, refund.order_id, Change.REQUEST_REFUND, asked)
    if refund.status is RefundStatus.FAILED:
        failed = Occasion(f"refund of {refund.amount} failed: {refund.failure_reason}")
        await change_order(session, refund.order_id, Change.FAIL_REFUND, failed)
    elif refund.status is RefundStatus.SUCCEEDED:
        refunded = refund.payment.refunded_amount.amount_minor
        in_full = refunded >= refund.payment.captured_amount.amount_minor
        change = Change.REFUND_IN_FULL if in_full else Change.REFUND_IN_PART
        done = Occasion(f"{refund.amount} refunded", {"refunded_minor": refunded})
        await change_order(session, refund.order_id, change, done)


async def _follow_start(session: AsyncSession, payment: PaymentSnapshot, rules: HoldRules) -> None:
    """The buyer is at it; 3-D Secure or a decline earns one extension of the hold (R14)."""
    started = Occasion("payment started")
    await change_order(session, payment.order_id, Change.START_PAYMENT, started)
    if payment.status is P.CREATED and payment.attempt == 1:
        return
    longer = func.least(
        orders.c.created_at + _interval(rules.hold_cap_seconds),
        func.greatest(orders.c.expires_at, func.now() + _interval(rules.extension_seconds)),
    )
    extension = Occasion(
        "hold extended for another try at paying",
        {"expires_at": longer, "hold_extended": True},
        conditions=(orders.c.hold_extended.is_(False), longer > orders.c.expires_at),
    )
    extended = await change_order(session, payment.order_id, Change.EXTEND_HOLD, extension)
    if extended is not None:
        await nudge_at_expiry(session, extended)


async def _decide(session: AsyncSession, payment: PaymentSnapshot, rules: HoldRules) -> None:
    """An authorisation is there: confirm in time, else rescue from free stock, else refuse.

    Row lock and database clock decide once (R2). A refused authorisation is payments' to
    cancel: it is told by an amendment that names the payment.
    """
    in_time = Occasion("payment authorised", {"payment_id": payment.id})
    if await change_order(session, payment.order_id, Change.CONFIRM, in_time):
        return
    await change_order(session, payment.order_id, Change.EXPIRE, HOLD_ENDED)
    reason = "authorised after the end of the order"
    try:
        async with session.begin_nested():
            if await rescue_order(session, payment.order_id, payment.id, rules.limit_per_buyer):
                return
    except (SoldOut, LimitExceeded) as error:
        reason = f"authorised too late: {error}".rstrip(".")
    order = await find_order(session, payment.order_id)
    if order is not None and order.payment_id != payment.id:
        refusal = Occasion(reason, {"refused_payment_id": payment.id})
        await change_order(session, payment.order_id, Change.REFUSE_PAYMENT, refusal)


def _by_payment(payment: PaymentSnapshot, cause: str) -> Occasion:
    """Only for the order that this very payment confirmed."""
    return Occasion(cause, by_payment=payment.id)


async def _is_newer(
    session: AsyncSession, replica: Table, key: dict[str, UUID], seen: tuple[int, str]
) -> bool:
    """Remember version and status of another service's aggregate; False for old news."""
    version, status = seen
    statement = upsert(replica).values(**key, version=version, status=status)
    result = await session.execute(
        statement.on_conflict_do_update(
            index_elements=list(replica.primary_key),
            set_={"version": statement.excluded.version, "status": statement.excluded.status},
            where=statement.excluded.version > replica.c.version,
        ).returning(replica.c.version)
    )
    return result.one_or_none() is not None


def _interval(seconds: int) -> ColumnElement[timedelta]:
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds)
