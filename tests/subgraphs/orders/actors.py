"""What tests of orders do again and again, each in a unit of work of its own."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import text, update

from shared.contracts.payments import PaymentSnapshot, PaymentStatus
from shared.contracts.tickets import TicketSnapshot
from shared.db import Database
from shared.ids import uuid7
from subgraphs.orders import reactions, service, tables
from subgraphs.orders.models import DomainError, HoldRules, Order, OrderRequest, Stock
from subgraphs.orders.reservations import read_stock
from tests.subgraphs.market import a_ticket

RULES = HoldRules()
T = TypeVar("T")


async def listed(database: Database, ticket: TicketSnapshot | None = None) -> TicketSnapshot:
    """The listing, known to orders."""
    known = ticket or a_ticket()
    async with database.transaction() as session:
        await reactions.apply_ticket(session, known)
    return known


def a_request(ticket: TicketSnapshot, buyer: UUID | None = None, quantity: int = 1) -> OrderRequest:
    """Somebody's wish for some of a ticket, under a key of its own."""
    return OrderRequest(buyer or uuid4(), ticket.id, quantity, str(uuid4()))


async def place(database: Database, request: OrderRequest, rules: HoldRules = RULES) -> Order:
    """The placed order. Raises DomainError."""
    async with database.transaction() as session:
        return await service.place_order(session, request, rules)


async def cancel(database: Database, order: Order) -> Order:
    """The order after its buyer cancelled. Raises DomainError."""
    async with database.transaction() as session:
        return await service.cancel_order(session, order.buyer_id, order.id)


async def expire(database: Database, order: Order) -> None:
    """The nudge."""
    async with database.transaction() as session:
        await reactions.expire_order(session, order.id)


async def end_hold(database: Database, order: Order) -> None:
    """Make the hold end now."""
    async with database.transaction() as session:
        await session.execute(
            update(tables.orders)
            .where(tables.orders.c.id == order.id)
            .values(expires_at=text("now()"))
        )


def a_payment(order: Order, status: PaymentStatus, version: int = 2) -> PaymentSnapshot:
    """The order's payment in some state."""
    nothing = replace(order.total, amount_minor=0)
    now = datetime.now(UTC)
    return PaymentSnapshot(
        id=uuid7(),
        version=version,
        order_id=order.id,
        buyer_id=order.buyer_id,
        status=status,
        amount=order.total,
        captured_amount=order.total if status is PaymentStatus.CAPTURED else nothing,
        refunded_amount=nothing,
        created_at=now,
        updated_at=now,
    )


async def pay(database: Database, payment: PaymentSnapshot, rules: HoldRules = RULES) -> None:
    """The news of a payment."""
    async with database.transaction() as session:
        await reactions.apply_payment(session, payment, rules)


async def order_of(database: Database, order: Order) -> Order:
    """The order as it stands now."""
    async with database.reading() as session:
        found = await service.find_order(session, order.id)
    assert found is not None
    return found


async def stock_of(database: Database, ticket: TicketSnapshot) -> Stock:
    """The ticket's stock as it stands now."""
    async with database.reading() as session:
        return await read_stock(session, ticket.id)


async def outcomes(attempts: Iterable[Awaitable[T]]) -> tuple[list[T], list[DomainError]]:
    """What came of attempts made all at once: results and refusals; anything else is raised."""
    ended = await asyncio.gather(*attempts, return_exceptions=True)
    results: list[T] = []
    refusals: list[DomainError] = []
    for each in ended:
        if isinstance(each, DomainError):
            refusals.append(each)
        elif isinstance(each, BaseException):
            raise each
        else:
            results.append(each)
    return results, refusals
