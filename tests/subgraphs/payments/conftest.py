"""A running market for each test of payments, and the oracles over its databases afterwards."""

from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from subgraphs.orders.invariants import violations as orders_violations
from subgraphs.payments.invariants import violations as payments_violations
from tests.subgraphs.kit import Signer
from tests.subgraphs.market import Market, market_urls, open_market
from tests.testkit.databases import Databases


@pytest.fixture
async def market(databases: Databases, signer: Signer, jwks_url: str) -> AsyncIterator[Market]:
    """Orders, payments, their workers, the bus and the sandbox, with databases of their own.

    Whatever a test did, every invariant must hold at its end.
    """
    urls = await market_urls(databases)
    async with open_market(urls, signer, jwks_url) as opened:
        yield opened
    orders, payments = Database(urls.orders, 1), Database(urls.payments, 1)
    async with orders.reading() as in_orders, payments.reading() as in_payments:
        broken = [str(each) for each in await orders_violations(in_orders)]
        broken += [str(each) for each in await payments_violations(in_payments)]
    await orders.close()
    await payments.close()
    for url in (urls.orders, urls.payments, urls.bus):
        await databases.drop(url)
    assert broken == []
