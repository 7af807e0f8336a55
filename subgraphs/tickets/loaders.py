"""Keys in, rows in the same order out: one batch per request and kind."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from shared.db import Database
from subgraphs.tickets.models import Ticket


async def load_tickets(database: Database, ids: Sequence[UUID]) -> list[Ticket | None]:
    """The tickets of these ids; None where there is none."""
    async with database.reading() as session:
        found = await session.scalars(select(Ticket).where(Ticket.id.in_(ids)))
        by_id = {ticket.id: ticket for ticket in found}
    return [by_id.get(each) for each in ids]
