"""The tables that `shared` gives a service, in a database of the test's own."""

from sqlalchemy.ext.asyncio import create_async_engine

from shared.db import async_url, new_metadata
from shared.inbox import inbox_table
from shared.outbox import outbox_table

METADATA = new_metadata()
outbox_table(METADATA)
inbox_table(METADATA)


async def create_tables(url: str) -> None:
    """Make outbox and inbox in the database."""
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await engine.dispose()
