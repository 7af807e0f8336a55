"""The streams behind the subscriptions: a snapshot first, then versioned deltas, or a resync.

Each attaches to the hub before it reads its snapshot, and drops what is not newer than what it
has told; so no change falls between the two. When notifications may have been lost, it reads
again. A stream's versions of one aggregate strictly rise.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.orders import OrderSnapshot
from shared.db import Database, database_now
from shared.live import Hub, Update
from subgraphs.orders.announcements import buyer_topic, order_topic, stock_topic
from subgraphs.orders.loaders import load_stocks
from subgraphs.orders.models import Order, OrderUnknown, Stock
from subgraphs.orders.rows import to_order
from subgraphs.orders.service import find_order
from subgraphs.orders.tables import orders

SNAPSHOT_ORDERS = 20
LONGEST_TRANSACTION = timedelta(seconds=60)
"""`updated_at` is when a transaction began; it may commit this much later."""
AVAILABILITY_INTERVAL_SECONDS = 0.2


class UpdateKind(StrEnum):
    """What an update is: the state to begin from, a change, or a fresh start after a loss."""

    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"
    RESYNC = "RESYNC"


@dataclass(frozen=True, slots=True)
class Source:
    """What a stream draws from."""

    hub: Hub
    database: Database


async def order_updates(
    source: Source, viewer_id: UUID, order_id: UUID, after_version: int | None
) -> AsyncIterator[tuple[UpdateKind, Order]]:
    """One order, from the version after `after_version`. Raises OrderUnknown for a stranger."""
    async with source.hub.subscribe({order_topic(order_id)}) as updates:
        order = await _visible_order(source, viewer_id, order_id)
        seen = min(after_version or 0, order.version)
        if order.version > seen:
            yield UpdateKind.SNAPSHOT, order
            seen = order.version
        async for update in updates:
            if update.resync:
                order, kind = await _visible_order(source, viewer_id, order_id), UpdateKind.RESYNC
            else:
                snapshot = OrderSnapshot.from_data(orjson.loads(update.payload))
                order, kind = Order.from_snapshot(snapshot), UpdateKind.DELTA
            if order.version > seen:
                seen = order.version
                yield kind, order


async def buyer_updates(source: Source, buyer_id: UUID) -> AsyncIterator[tuple[UpdateKind, Order]]:
    """The buyer's newest orders, then whatever changes in any of the buyer's orders."""
    seen: dict[UUID, int] = {}
    async with source.hub.subscribe({buyer_topic(buyer_id)}) as updates:
        read_at, found = await _newest_orders(source, buyer_id)
        for order in found:
            seen[order.id] = order.version
            yield UpdateKind.SNAPSHOT, order
        async for update in updates:
            kind = UpdateKind.RESYNC if update.resync else UpdateKind.DELTA
            read_at, found = await _changed_orders(source, buyer_id, read_at)
            for order in found:
                if order.version > seen.get(order.id, 0):
                    seen[order.id] = order.version
                    yield kind, order


@dataclass
class _Watch:
    """What a watcher of availability has been told and has still to be told."""

    told: dict[UUID, int] = field(default_factory=dict)
    waiting: dict[UUID, tuple[UpdateKind, Stock]] = field(default_factory=dict)
    not_before: dict[UUID, float] = field(default_factory=dict)

    def offer(self, kind: UpdateKind, stock: Stock) -> None:
        """Keep the newest of a ticket; a resync that waits stays one."""
        if stock.version <= self.told.get(stock.ticket_id, 0):
            return
        earlier = self.waiting.get(stock.ticket_id)
        if earlier is not None:
            kind = UpdateKind.RESYNC if earlier[0] is UpdateKind.RESYNC else kind
        self.waiting[stock.ticket_id] = (kind, stock)

    def due(self, now: float) -> list[tuple[UpdateKind, Stock]]:
        """What may be told now; each of its tickets then rests for the interval."""
        ready = [key for key in self.waiting if self.not_before.get(key, 0.0) <= now]
        told = [self.waiting.pop(key) for key in ready]
        for _, stock in told:
            self.told[stock.ticket_id] = stock.version
            self.not_before[stock.ticket_id] = now + AVAILABILITY_INTERVAL_SECONDS
        return told

    def wait_seconds(self, now: float) -> float | None:
        """Until the next ticket is due; None when nothing waits."""
        return min((max(self.not_before[key] - now, 0.0) for key in self.waiting), default=None)


async def availability_updates(
    source: Source, ticket_ids: Sequence[UUID]
) -> AsyncIterator[tuple[UpdateKind, Stock]]:
    """The stocks of tickets, then their changes: the newest one, at most five a second each."""
    clock = asyncio.get_running_loop().time
    watch = _Watch()
    async with source.hub.subscribe({stock_topic(each) for each in ticket_ids}) as updates:
        for known in await load_stocks(source.database, ticket_ids):
            if known is not None:
                watch.offer(UpdateKind.SNAPSHOT, known)
        while True:
            for kind, stock in watch.due(clock()):
                yield kind, stock
            try:
                async with asyncio.timeout(watch.wait_seconds(clock())):
                    update = await anext(updates)
            except TimeoutError:
                continue
            await _take_stock(source, ticket_ids, watch, update)


async def _take_stock(
    source: Source, ticket_ids: Sequence[UUID], watch: _Watch, update: Update
) -> None:
    """Read what an update tells of. (The payload has no price: the row is read.)"""
    kind = UpdateKind.RESYNC if update.resync else UpdateKind.DELTA
    changed = ticket_ids if update.resync else [UUID(update.topic.removeprefix("stock:"))]
    for stock in await load_stocks(source.database, changed):
        if stock is not None:
            watch.offer(kind, stock)


async def _visible_order(source: Source, viewer_id: UUID, order_id: UUID) -> Order:
    async with source.database.reading() as session:
        order = await find_order(session, order_id)
    if order is None or not order.may_be_seen_by(viewer_id):
        raise OrderUnknown(str(order_id))
    return order


async def _newest_orders(source: Source, buyer_id: UUID) -> tuple[datetime, list[Order]]:
    """The database's time, then the buyer's newest orders, oldest of them first."""
    async with source.database.reading() as session:
        read_at = await database_now(session)
        rows = await session.execute(
            select(orders)
            .where(orders.c.buyer_id == buyer_id)
            .order_by(orders.c.id.desc())
            .limit(SNAPSHOT_ORDERS)
        )
        found = [to_order(row) for row in rows.mappings()]
    return read_at, found[::-1]


async def _changed_orders(
    source: Source, buyer_id: UUID, since: datetime
) -> tuple[datetime, list[Order]]:
    async with source.database.reading() as session:
        read_at = await database_now(session)
        return read_at, await _orders_since(session, buyer_id, since - LONGEST_TRANSACTION)


async def _orders_since(session: AsyncSession, buyer_id: UUID, since: datetime) -> list[Order]:
    rows = await session.execute(
        select(orders)
        .where(orders.c.buyer_id == buyer_id, orders.c.updated_at >= since)
        .order_by(orders.c.updated_at)
    )
    return [to_order(row) for row in rows.mappings()]
