"""The worker process of orders: relay, consumers, and the sweeper that guarantees expiry.

`python -m subgraphs.orders.worker`
"""

from __future__ import annotations

from datetime import timedelta

from shared import logging as service_logging
from shared.bus.connect import connect
from shared.contracts import topology
from shared.db import Database
from shared.worker import Consumer, Job, WorkerSpec, run
from subgraphs.orders import reactions
from subgraphs.orders.settings import OrdersSettings
from subgraphs.orders.subscribers import handlers

SWEEP_EVERY = timedelta(seconds=1)
SWEEP_BATCH = 500


async def sweep(database: Database) -> int:
    """Expire every order whose hold has ended, a batch per transaction; how many."""
    total = 0
    while True:
        async with database.transaction() as session:
            expired = await reactions.expire_due_orders(session, SWEEP_BATCH)
        total += expired
        if expired < SWEEP_BATCH:
            return total


def worker_spec(settings: OrdersSettings) -> WorkerSpec:
    """What the worker runs."""
    database = Database(settings.database_url, settings.database_pool_size)
    reacting = handlers(settings.hold_rules)

    async def sweep_once() -> None:
        await sweep(database)

    queues = (topology.ORDERS_TICKETS, topology.ORDERS_PAYMENTS, topology.ORDERS_EXPIRY)
    return WorkerSpec(
        name="orders",
        database=database,
        bus=connect(settings.required_bus_url),
        consumers=[Consumer(queue, reacting) for queue in queues],
        jobs=[Job("sweeper", SWEEP_EVERY, sweep_once)],
        host=settings.host,
        port=settings.port,
    )


def main() -> None:
    """Run until SIGTERM."""
    settings = OrdersSettings()
    service_logging.configure("orders worker", settings.log_format, settings.log_level)
    run(worker_spec(settings))


if __name__ == "__main__":
    main()
