"""The world of the model test, on databases of its own."""

import asyncio
from collections.abc import Iterator

import pytest

from shared.db import Database
from tests.subgraphs.model.world import World, make_virtual
from tests.testkit.databases import Databases


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One loop for all runs, as database connections belong to a loop."""
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def world(databases: Databases, runner: asyncio.Runner) -> Iterator[World]:
    """The two services on databases whose clock is virtual."""

    async def open_world() -> World:
        urls = [await databases.migrated(f"subgraphs.{name}") for name in ("orders", "payments")]
        for url in urls:
            await make_virtual(url)
        return World(Database(urls[0], 4), Database(urls[1], 4))

    async def close_world() -> None:
        await opened.orders.close()
        await opened.payments.close()

    opened = runner.run(open_world())
    yield opened
    runner.run(close_world())
