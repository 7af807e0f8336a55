"""The committed SDL and revisions are those of the code."""

import asyncio
from pathlib import Path

import subgraphs.tickets
from shared.migrations import check
from subgraphs.tickets.api.schema import schema

COMMITTED = Path(subgraphs.tickets.__file__).with_name("schema.graphql")


def test_the_committed_sdl_is_current() -> None:
    assert COMMITTED.read_text() == schema.as_str() + "\n"


async def test_the_revisions_make_the_tables_of_the_models(tickets_url: str) -> None:
    await asyncio.to_thread(check, "subgraphs.tickets", tickets_url)
