"""The use cases of a buyer who pays. None of them commits, none calls the provider."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import payments as contract
from shared.contracts.payments import PaymentStatus
from shared.db import database_now
from shared.ids import uuid7
from subgraphs.payments.calls import LEASE_SECONDS, CallKind, NewCall, request_call
from subgraphs.payments.models import (
    DEAD,
    UNPAID,
    AlreadyPaid,
    KeyReused,
    OrderNotPayable,
    OrderNotReady,
    OrderReplica,
    OrderUnknown,
    Payment,
    check_key,
)
from subgraphs.payments.rows import to_payment, to_replica
from subgraphs.payments.settlement import begin_attempt
from subgraphs.payments.states import OPEN
from subgraphs.payments.tables import (
    IS_ACTIVE,
    order_replica,
    payment_events,
    payments,
    start_requests,
)
from subgraphs.payments.transitions import announce_payment

REPLICA_WAIT_SECONDS = 0.5
REPLICA_POLL_SECONDS = 0.02
RETRY_AFTER_MS = 500
FIRST_LOOK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A buyer wants to pay an order."""

    buyer_id: UUID
    order_id: UUID
    idempotency_key: str


def create_key(payment_id: UUID) -> str:
    """The idempotency key under which a payment's intent is made: the attempt's own."""
    return f"create:{payment_id}"


async def start_payment(session: AsyncSession, request: StartRequest) -> Payment:
    """The order's one active payment, made now if there is none; its amount is the order's.

    The caller then has `create_key(payment.id)` carried out, unless the intent is there.
    Raises InvalidArgument, OrderNotReady, OrderUnknown, KeyReused, OrderNotPayable,
    AlreadyPaid. A repeat returns the same payment while it is active.
    """
    check_key(request.idempotency_key)
    order = await _await_order(session, request)
    await _remember_request(session, request)
    active = await _active_payment(session, order.id)
    if active is None:
        await _check_payable(session, order)
        active = await _insert_payment(session, order)
        if active is None:  # a parallel request, which has just committed
            active = await _active_payment(session, order.id)
    if active is None or active.status not in OPEN:
        raise AlreadyPaid(order)
    await _check_payable(session, order)
    return active


async def find_payment(session: AsyncSession, payment_id: UUID) -> Payment | None:
    """The payment as last committed."""
    result = await session.execute(select(payments).where(payments.c.id == payment_id))
    row = result.mappings().one_or_none()
    return None if row is None else to_payment(row)


async def _await_order(session: AsyncSession, request: StartRequest) -> OrderReplica:
    """The order, share-locked: its replica cannot change before the payment is visible."""
    deadline = asyncio.get_running_loop().time() + REPLICA_WAIT_SECONDS
    while True:
        result = await session.execute(
            select(order_replica)
            .where(order_replica.c.id == request.order_id)
            .with_for_update(read=True)
        )
        row = result.mappings().one_or_none()
        if row is not None:
            break
        if asyncio.get_running_loop().time() >= deadline:
            raise OrderNotReady(request.order_id, RETRY_AFTER_MS)
        await asyncio.sleep(REPLICA_POLL_SECONDS)
    order = to_replica(row)
    if order.buyer_id != request.buyer_id:
        raise OrderUnknown(str(request.order_id))
    return order


async def _remember_request(session: AsyncSession, request: StartRequest) -> None:
    """Raise KeyReused when the key started the payment of another order."""
    statement = upsert(start_requests).values(
        buyer_id=request.buyer_id,
        idempotency_key=request.idempotency_key,
        order_id=request.order_id,
    )
    await session.execute(statement.on_conflict_do_nothing())
    known = await session.execute(
        select(start_requests.c.order_id).where(
            start_requests.c.buyer_id == request.buyer_id,
            start_requests.c.idempotency_key == request.idempotency_key,
        )
    )
    if known.scalar_one() != request.order_id:
        raise KeyReused(request.idempotency_key)


async def _check_payable(session: AsyncSession, order: OrderReplica) -> None:
    if order.total.amount_minor == 0:  # completes by itself, also when that is not known here yet
        raise OrderNotPayable(order)
    if order.status in UNPAID and order.expires_at > await database_now(session):
        return
    if order.status in UNPAID | DEAD:
        raise OrderNotPayable(order)
    raise AlreadyPaid(order)


async def _active_payment(session: AsyncSession, order_id: UUID) -> Payment | None:
    result = await session.execute(
        select(payments).where(payments.c.order_id == order_id, IS_ACTIVE)
    )
    row = result.mappings().one_or_none()
    return None if row is None else to_payment(row)


async def _insert_payment(session: AsyncSession, order: OrderReplica) -> Payment | None:
    """A new payment with its call to come; None when another has just become active (R4)."""
    result = await session.execute(
        upsert(payments)
        .values(
            id=uuid7(),
            version=1,
            status=PaymentStatus.CREATED,
            cause="started by the buyer",
            order_id=order.id,
            buyer_id=order.buyer_id,
            seller_id=order.seller_id,
            amount_minor=order.total.amount_minor,
            currency=order.total.currency,
            created_at=func.now(),
            updated_at=func.now(),
        )
        .on_conflict_do_nothing(
            index_elements=[payments.c.order_id],
            index_where=IS_ACTIVE,
        )
        .returning(*payments.c)
    )
    row = result.mappings().one_or_none()
    if row is None:
        return None
    payment = to_payment(row)
    await _record_birth(session, payment)
    await begin_attempt(session, payment)
    await announce_payment(session, contract.PAYMENT_CREATED, payment)
    create = NewCall(
        CallKind.CREATE, create_key(payment.id), payment.id, delay_seconds=LEASE_SECONDS
    )
    look = NewCall(
        CallKind.LOOK_UP, f"look_up:{payment.id}", payment.id, delay_seconds=FIRST_LOOK_SECONDS
    )
    await request_call(session, create)
    await request_call(session, look)
    return payment


async def _record_birth(session: AsyncSession, payment: Payment) -> None:
    await session.execute(
        insert(payment_events).values(
            payment_id=payment.id,
            version=payment.version,
            to_status=payment.status,
            cause="started by the buyer",
            at=payment.created_at,
        )
    )
