"""The statements of placing an order: the hot path, in SQL, as few round trips as can be.

What may wait for another order of the same ticket (`TAKE`) comes last, so that the ticket's row
is locked for the shortest time. Somebody who comes too late is told so by `LOOK`, which locks
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.ids import uuid7
from shared.money import Money
from subgraphs.orders.models import (
    HoldRules,
    LimitExceeded,
    Order,
    OrderRequest,
    Stock,
    TicketUnknown,
)
from subgraphs.orders.rows import to_order, to_stock

LOOK = text(
    """
    SELECT s.*, o.id AS earlier_order_id FROM stock s
    LEFT JOIN orders o ON o.buyer_id = :buyer_id AND o.idempotency_key = :idempotency_key
    WHERE s.ticket_id = :ticket_id
    """
)
INSERT = text(
    """
    WITH placed AS (
        INSERT INTO orders (
            id, number, version, status, cause, buyer_id, seller_id, ticket_id, ticket_version,
            quantity, unit_price_minor, total_minor, currency, idempotency_key, fingerprint,
            created_at, updated_at, expires_at
        )
        VALUES (
            :id, 'F-' || nextval('order_number'), 1, 'RESERVED', 'placed by the buyer', :buyer_id,
            :seller_id, :ticket_id, :ticket_version, :quantity, :unit_price_minor, :total_minor,
            :currency, :idempotency_key, :fingerprint,
            now(), now(), now() + make_interval(secs => :seconds)
        )
        ON CONFLICT (buyer_id, idempotency_key) DO NOTHING
        RETURNING *
    ), history AS (
        INSERT INTO order_events (order_id, version, to_status, cause, at)
        SELECT id, version, status, cause, created_at FROM placed
    ), held AS (
        INSERT INTO holds (order_id, ticket_id, buyer_id, quantity, state)
        SELECT id, ticket_id, buyer_id, quantity, 'HELD' FROM placed
    ), counted AS (
        INSERT INTO buyer_limits AS l (buyer_id, ticket_id, quantity)
        SELECT buyer_id, ticket_id, quantity FROM placed
        ON CONFLICT (buyer_id, ticket_id) DO UPDATE SET quantity = l.quantity + excluded.quantity
        WHERE l.quantity + excluded.quantity <= :limit_per_buyer
        RETURNING l.quantity
    )
    SELECT placed.*, EXISTS (SELECT FROM counted) AS within_limit FROM placed
    """
)
TAKE = text(
    """
    UPDATE stock SET held = held + :quantity, version = version + 1
    WHERE ticket_id = :ticket_id AND on_sale AND ticket_version = :ticket_version
      AND capacity - held - sold >= :quantity
    RETURNING *
    """
)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known before an order is placed, as last committed."""

    listing: Stock
    earlier_order_id: UUID | None


async def look(session: AsyncSession, request: OrderRequest) -> Look:
    """The listing, and the order that the request's key has made before. Raises TicketUnknown."""
    parameters = {
        "buyer_id": request.buyer_id,
        "idempotency_key": request.idempotency_key,
        "ticket_id": request.ticket_id,
    }
    row = (await session.execute(LOOK, parameters)).mappings().one_or_none()
    if row is None:
        raise TicketUnknown(str(request.ticket_id))
    return Look(to_stock(row), row["earlier_order_id"])


async def insert_order(
    session: AsyncSession, request: OrderRequest, listing: Stock, total: Money, rules: HoldRules
) -> Order | None:
    """A new RESERVED order with history, hold and its share of the buyer's limit (R15).

    None when its key is taken: by a parallel request, which has committed just now (R4).
    Raises LimitExceeded.
    """
    parameters = {
        "id": uuid7(),
        "buyer_id": request.buyer_id,
        "seller_id": listing.seller_id,
        "ticket_id": request.ticket_id,
        "ticket_version": listing.ticket_version,
        "quantity": request.quantity,
        "unit_price_minor": listing.price.amount_minor,
        "total_minor": total.amount_minor,
        "currency": total.currency,
        "idempotency_key": request.idempotency_key,
        "fingerprint": request.fingerprint,
        "seconds": float(request.hold_seconds or rules.hold_seconds),
        "limit_per_buyer": rules.limit_per_buyer,
    }
    row = (await session.execute(INSERT, parameters)).mappings().one_or_none()
    if row is None:
        return None
    if not row["within_limit"]:
        raise LimitExceeded(rules.limit_per_buyer)
    return to_order(row)


async def take_stock(session: AsyncSession, order: Order) -> Stock | None:
    """The one statement that decides who gets the last piece (R1); the changed stock.

    None when the listing is not on sale in the order's ticket version with enough free: the
    caller rolls back and tells why. It then has locked nothing.
    """
    parameters = {
        "ticket_id": order.ticket_id,
        "ticket_version": order.ticket_version,
        "quantity": order.quantity,
    }
    row = (await session.execute(TAKE, parameters)).mappings().one_or_none()
    return None if row is None else to_stock(row)
