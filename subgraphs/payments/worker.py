"""The worker process of payments: relay, consumer, and the desk that talks to the provider.

`python -m subgraphs.payments.worker`
"""

from __future__ import annotations

from datetime import timedelta

from shared import logging as service_logging
from shared.bus.connect import connect
from shared.contracts import topology
from shared.db import Database
from shared.worker import Consumer, Job, WorkerSpec, run
from subgraphs.payments.calls import CHANNEL
from subgraphs.payments.desk import Desk
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.payments.stripe_gateway import StripeGateway
from subgraphs.payments.subscribers import HANDLERS

DESK_EVERY = timedelta(seconds=1)


def worker_spec(settings: PaymentsSettings) -> WorkerSpec:
    """What the worker runs."""
    database = Database(settings.database_url, settings.database_pool_size)
    desk = Desk(database, StripeGateway(settings.account))
    return WorkerSpec(
        name="payments",
        database=database,
        bus=connect(settings.required_bus_url),
        consumers=[Consumer(topology.PAYMENTS_ORDERS, HANDLERS)],
        jobs=[Job("desk", DESK_EVERY, desk.work, wake_on=CHANNEL)],
        host=settings.host,
        port=settings.port,
    )


def main() -> None:
    """Run until SIGTERM."""
    settings = PaymentsSettings()
    service_logging.configure("payments worker", settings.log_format, settings.log_level)
    run(worker_spec(settings))


if __name__ == "__main__":
    main()
