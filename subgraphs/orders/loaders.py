"""Keys in, values in the same order out: one query per batch and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from shared.db import Database
from subgraphs.orders.models import HistoryEntry, Order, Stock
from subgraphs.orders.rows import to_history, to_order, to_stock
from subgraphs.orders.tables import order_events, orders, stock


async def load_orders(database: Database, ids: Sequence[UUID]) -> list[Order | None]:
    """The orders of these ids; None where there is none."""
    async with database.reading() as session:
        rows = await session.execute(select(orders).where(orders.c.id.in_(ids)))
        found = {row["id"]: to_order(row) for row in rows.mappings()}
    return [found.get(each) for each in ids]


async def load_stocks(database: Database, ticket_ids: Sequence[UUID]) -> list[Stock | None]:
    """The stocks of these tickets; None where the listing has not arrived."""
    async with database.reading() as session:
        rows = await session.execute(select(stock).where(stock.c.ticket_id.in_(ticket_ids)))
        found = {row["ticket_id"]: to_stock(row) for row in rows.mappings()}
    return [found.get(each) for each in ticket_ids]


async def load_histories(database: Database, order_ids: Sequence[UUID]) -> list[list[HistoryEntry]]:
    """The histories of these orders, oldest version first."""
    found: defaultdict[UUID, list[HistoryEntry]] = defaultdict(list)
    async with database.reading() as session:
        rows = await session.execute(
            select(order_events)
            .where(order_events.c.order_id.in_(order_ids))
            .order_by(order_events.c.order_id, order_events.c.version)
        )
        for row in rows.mappings():
            found[row["order_id"]].append(to_history(row))
    return [found[each] for each in order_ids]


async def load_own_orders(
    database: Database, keys: Sequence[tuple[UUID, UUID]]
) -> list[Order | None]:
    """The newest order of each (ticket, buyer); None where the buyer has none."""
    async with database.reading() as session:
        rows = await session.execute(
            select(orders)
            .where(tuple_(orders.c.ticket_id, orders.c.buyer_id).in_(keys))
            .ext(distinct_on(orders.c.ticket_id, orders.c.buyer_id))
            .order_by(orders.c.ticket_id, orders.c.buyer_id, orders.c.id.desc())
        )
        found = {(row["ticket_id"], row["buyer_id"]): to_order(row) for row in rows.mappings()}
    return [found.get(each) for each in keys]
