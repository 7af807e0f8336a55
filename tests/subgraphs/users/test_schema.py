"""The committed SDL and revisions are those of the code."""

import asyncio
from pathlib import Path

import subgraphs.users
from shared.migrations import check
from subgraphs.users.api.schema import schema

COMMITTED = Path(subgraphs.users.__file__).with_name("schema.graphql")


def test_the_committed_sdl_is_current() -> None:
    assert COMMITTED.read_text() == schema.as_str() + "\n"


async def test_the_revisions_make_the_tables_of_the_models(users_url: str) -> None:
    await asyncio.to_thread(check, "subgraphs.users", users_url)


def test_no_field_of_the_graph_could_show_a_hash() -> None:
    assert "hash" not in schema.as_str().lower()
