"""How often somebody may try: one advisory lock per address, so parallel tries are counted."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def one_at_a_time(session: AsyncSession, what: str, address: str) -> None:
    """Wait until no other transaction does `what` for `address`, whatever its case."""
    await session.execute(_LOCK, {"key": f"{what} {address.lower()}"})
