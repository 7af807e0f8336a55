"""The oracle: silent while all is well, and each broken promise is found."""

import pytest
from sqlalchemy import text

from shared.db import Database
from subgraphs.tickets.invariants import violations
from tests.subgraphs.tickets.actors import Seller


async def broken(database: Database) -> list[str]:
    async with database.reading() as session:
        return [each.invariant.id for each in await violations(session)]


async def test_nothing_is_broken_by_what_sellers_do(seller: Seller, database: Database) -> None:
    ticket = await seller.create()
    edited = await seller.update(ticket, title="New")
    await seller.update(ticket, title="Late")
    await seller.change_status("withdrawTicket", edited["id"])
    assert await broken(database) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("DELETE FROM outbox WHERE event->>'aggregateVersion' = '2'", ["I5"]),
        ("DELETE FROM outbox WHERE event->>'aggregateVersion' = '3'", ["I5"]),
        ("UPDATE tickets SET version = version + 1", ["I5"]),
        ("UPDATE outbox SET created_at = now() - interval '1 min'", ["I10", "I10", "I10"]),
    ],
)
async def test_a_fault_put_in_is_found(
    seller: Seller, database: Database, fault: str, found: list[str]
) -> None:
    ticket = await seller.create()
    edited = await seller.update(ticket, title="New")
    await seller.update(edited, title="Newer")
    async with database.transaction() as session:
        await session.execute(text(fault))
    assert await broken(database) == found
