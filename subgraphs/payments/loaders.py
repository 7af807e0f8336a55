"""Keys in, values in the same order out: one query per batch and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from shared.db import Database
from subgraphs.payments.models import Payment, Refund
from subgraphs.payments.rows import to_payment, to_refund
from subgraphs.payments.tables import payments, refunds


async def load_payments(database: Database, ids: Sequence[UUID]) -> list[Payment | None]:
    """The payments of these ids; None where there is none."""
    async with database.reading() as session:
        rows = await session.execute(select(payments).where(payments.c.id.in_(ids)))
        found = {row["id"]: to_payment(row) for row in rows.mappings()}
    return [found.get(each) for each in ids]


async def load_payments_of_orders(
    database: Database, order_ids: Sequence[UUID]
) -> list[Payment | None]:
    """The newest payment of each order; None where there is none."""
    async with database.reading() as session:
        rows = await session.execute(
            select(payments)
            .where(payments.c.order_id.in_(order_ids))
            .ext(distinct_on(payments.c.order_id))
            .order_by(payments.c.order_id, payments.c.id.desc())
        )
        found = {row["order_id"]: to_payment(row) for row in rows.mappings()}
    return [found.get(each) for each in order_ids]


async def load_refunds(database: Database, ids: Sequence[UUID]) -> list[Refund | None]:
    """The refunds of these ids; None where there is none."""
    async with database.reading() as session:
        rows = await session.execute(select(refunds).where(refunds.c.id.in_(ids)))
        found = {row["id"]: to_refund(row) for row in rows.mappings()}
    return [found.get(each) for each in ids]


async def load_refunds_of_payments(
    database: Database, payment_ids: Sequence[UUID]
) -> list[list[Refund]]:
    """The refunds of each payment, oldest first."""
    found: defaultdict[UUID, list[Refund]] = defaultdict(list)
    async with database.reading() as session:
        rows = await session.execute(
            select(refunds)
            .where(refunds.c.payment_id.in_(payment_ids))
            .order_by(refunds.c.payment_id, refunds.c.number)
        )
        for row in rows.mappings():
            found[row["payment_id"]].append(to_refund(row))
    return [found[each] for each in payment_ids]
