"""A database with the tables that `shared` gives a service."""

from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from tests.shared.tables import create_tables
from tests.testkit.databases import Databases


@pytest.fixture
async def service_url(databases: Databases) -> AsyncIterator[str]:
    """A database with outbox and inbox, for this test alone."""
    url = await databases.filled("shared", create_tables)
    yield url
    await databases.drop(url)


@pytest.fixture
async def database(service_url: str) -> AsyncIterator[Database]:
    """The pool over `service_url`."""
    database = Database(service_url)
    yield database
    await database.close()
