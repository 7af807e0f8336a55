"""Keys in, rows in the same order out: one batch per request and kind."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from shared.db import Database
from subgraphs.users.models import User


async def load_users(database: Database, ids: Sequence[UUID]) -> list[User | None]:
    """The users of these ids; None where there is none."""
    async with database.reading() as session:
        found = await session.scalars(select(User).where(User.id.in_(ids)))
        by_id = {user.id: user for user in found}
    return [by_id.get(each) for each in ids]
