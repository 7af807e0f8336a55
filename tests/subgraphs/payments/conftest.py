"""A running market for each test of payments."""

from collections.abc import AsyncIterator

import pytest

from tests.subgraphs.kit import Signer
from tests.subgraphs.market import Market, market_urls, open_market
from tests.testkit.databases import Databases


@pytest.fixture
async def market(databases: Databases, signer: Signer, jwks_url: str) -> AsyncIterator[Market]:
    """Orders, payments, their workers, the bus and the sandbox, with databases of their own."""
    urls = await market_urls(databases)
    async with open_market(urls, signer, jwks_url) as opened:
        yield opened
    for url in (urls.orders, urls.payments, urls.bus):
        await databases.drop(url)
