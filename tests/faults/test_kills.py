"""Each process killed at random while tours are played: no reservation may stay stuck."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from tests.testkit.product import CHECKOUT, Product, running

HOLD_SECONDS = 15
TOURS = 10
AT_ONCE = 3
BACK_SECONDS = 30.0
SETTLE_SECONDS = HOLD_SECONDS + 60.0

UNSETTLED = """
    SELECT number, status, expires_at FROM orders
    WHERE status IN ('RESERVED', 'AWAITING_PAYMENT', 'CONFIRMED')
"""
WRONG_STOCK = """
    SELECT s.ticket_id, s.held, s.sold, coalesce(o.sold, 0) AS orders_sold FROM stock s
    LEFT JOIN (
        SELECT ticket_id, sum(quantity) AS sold FROM orders WHERE status = 'COMPLETED' GROUP BY 1
    ) o USING (ticket_id)
    WHERE s.held <> 0 OR s.sold <> coalesce(o.sold, 0)
"""
COMPLETED = "SELECT id, total_minor FROM orders WHERE status = 'COMPLETED' AND total_minor > 0"
KEPT = """
    SELECT order_id, captured_minor - refunded_minor AS kept_minor FROM payments
    WHERE captured_minor > refunded_minor
"""


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product of its own, with holds short enough to see all of them end."""
    with running(tmp_path / "home", HOLD_SECONDS=str(HOLD_SECONDS)) as started:
        yield started


async def play_tour(product: Product, limit: asyncio.Semaphore) -> int:
    """The tour's exit code; a killed process may well break a tour."""
    async with limit:
        tour = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.e2e.tour", "--url", product.url, "--hold-seconds", "3"),
            cwd=CHECKOUT,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await tour.wait()


async def kill_each_once(product: Product, dice: random.Random) -> list[str]:
    """SIGKILL every process of the product in random order, at random moments; their names."""
    names = list(product.pids())
    dice.shuffle(names)
    for name in names:
        await asyncio.sleep(dice.uniform(0.3, 2.0))
        with suppress(ProcessLookupError):
            os.kill(product.pids()[name], signal.SIGKILL)
    return names


async def connect(url: str) -> asyncpg.Connection:
    """A connection, as soon as the killed PostgreSQL is back."""
    deadline = asyncio.get_running_loop().time() + BACK_SECONDS
    while True:
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.PostgresError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)


async def rows(product: Product, database: str, query: str) -> list[asyncpg.Record]:
    connection = await connect(product.state()["databases"][database])
    try:
        found: list[asyncpg.Record] = await connection.fetch(query)
        return found
    finally:
        await connection.close()


async def until_settled(product: Product) -> None:
    """Return when no order is on its way; fails with the stuck ones otherwise."""
    deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while stuck := await rows(product, "orders", UNSETTLED):
        assert asyncio.get_running_loop().time() < deadline, f"stuck: {stuck}"
        await asyncio.sleep(0.5)


async def test_killing_each_process_during_ten_tours_leaves_no_stuck_reservation(
    product: Product,
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    limit = asyncio.Semaphore(AT_ONCE)
    tours = [asyncio.create_task(play_tour(product, limit)) for _ in range(TOURS)]
    killed = await kill_each_once(product, random.Random(seed))
    await asyncio.gather(*tours)
    assert len(killed) >= 11, "gateway, four webs, four workers, sandbox, PostgreSQL"

    await asyncio.to_thread(product.wait_ready)
    await until_settled(product)
    assert await rows(product, "orders", WRONG_STOCK) == []
    completed = {row["id"]: row["total_minor"] for row in await rows(product, "orders", COMPLETED)}
    kept = {row["order_id"]: row["kept_minor"] for row in await rows(product, "payments", KEPT)}
    assert kept == completed, "money is kept if and only if the order completed"

    assert await play_tour(product, limit) == 0, "a tour after the faults holds"
