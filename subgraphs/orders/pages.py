"""Whose orders and a place in in, a page of them out: newest first, stable under new orders."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.orders.models import Order
from subgraphs.orders.rows import to_order
from subgraphs.orders.tables import orders

Whose: TypeAlias = ColumnElement[bool]
"""Which orders a list is of."""


class BadCursor(ValueError):
    """The cursor is none of ours."""

    code = "BAD_USER_INPUT"

    def __init__(self, cursor: str) -> None:
        super().__init__(f"{cursor[:60]!r} is no cursor of this list")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins (a cursor, None for the newest) and how many it may have."""

    first: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `first` orders after a place."""

    orders: tuple[Order, ...]
    has_next: bool


def encode_cursor(order: Order) -> str:
    """The opaque place just behind `order`."""
    return base64.urlsafe_b64encode(order.id.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """The id of the order that `encode_cursor` was given. Raises BadCursor."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (binascii.Error, ValueError) as error:
        raise BadCursor(cursor) from error


def bought_by(buyer_id: UUID) -> Whose:
    """What somebody bought."""
    return orders.c.buyer_id == buyer_id


def sold_of(ticket_id: UUID, seller_id: UUID) -> Whose:
    """What a seller sold of a ticket."""
    return and_(orders.c.ticket_id == ticket_id, orders.c.seller_id == seller_id)


async def page_of_orders(session: AsyncSession, whose: Whose, place: Place) -> Page:
    """Those orders at `place`. Raises BadCursor."""
    wanted = select(orders).where(whose)
    if place.after is not None:
        wanted = wanted.where(orders.c.id < decode_cursor(place.after))
    rows = await session.execute(wanted.order_by(orders.c.id.desc()).limit(place.first + 1))
    found = [to_order(row) for row in rows.mappings()]
    return Page(tuple(found[: place.first]), len(found) > place.first)


async def count_orders(session: AsyncSession, whose: Whose) -> int:
    """How many of those orders there are."""
    counted = await session.execute(select(func.count()).select_from(orders).where(whose))
    return counted.scalar_one()
