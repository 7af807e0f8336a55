"""An orders database of its own for each test, and the oracle over it afterwards."""

from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from subgraphs.orders.app import create_app
from subgraphs.orders.invariants import violations
from subgraphs.orders.settings import OrdersSettings
from tests.subgraphs.kit import GraphQLClient, client_of, serving
from tests.testkit.databases import Databases

POOL = 48


@pytest.fixture
async def orders_url(databases: Databases) -> AsyncIterator[str]:
    """An empty orders database."""
    url = await databases.migrated("subgraphs.orders")
    yield url
    await databases.drop(url)


@pytest.fixture
async def database(orders_url: str) -> AsyncIterator[Database]:
    """The orders database; whatever a test did, every invariant must hold at its end.

    But for I10: without a worker nothing is ever sent.
    """
    opened = Database(orders_url, POOL)
    yield opened
    async with opened.reading() as session:
        found = await violations(session)
    broken = [str(each) for each in found if each.invariant.id != "I10"]
    await opened.close()
    assert broken == []


@pytest.fixture
async def orders(
    database: Database, orders_url: str, jwks_url: str
) -> AsyncIterator[GraphQLClient]:
    """The web process of orders."""
    settings = OrdersSettings.model_validate({"database_url": orders_url, "jwks_url": jwks_url})
    async with serving(create_app(settings)) as url, client_of(url) as client:
        yield client
