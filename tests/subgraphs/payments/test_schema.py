"""What is committed of the payments subgraph is what the code says."""

import asyncio
from pathlib import Path

from shared.migrations import check
from subgraphs import payments
from subgraphs.payments.api.schema import schema
from tests.testkit.databases import Databases


def test_the_committed_sdl_is_current() -> None:
    committed = Path(payments.__file__).with_name("schema.graphql").read_text()
    assert committed == schema.as_str() + "\n"


async def test_the_migrations_lead_to_the_tables(databases: Databases) -> None:
    url = await databases.migrated("subgraphs.payments")
    await asyncio.to_thread(check, "subgraphs.payments", url)
    await databases.drop(url)
