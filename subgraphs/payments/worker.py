"""The worker process of payments: relay, consumer, and the desk that talks to the provider.

`python -m subgraphs.payments.worker`
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from shared import logging as service_logging
from shared.bus.connect import connect
from shared.contracts import topology
from shared.db import Database
from shared.worker import Consumer, Job, WorkerSpec, run
from subgraphs.payments.calls import CHANNEL
from subgraphs.payments.desk import Desk
from subgraphs.payments.reconcile import raise_overdue_alarms, reconcile
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.payments.stripe_gateway import StripeGateway
from subgraphs.payments.subscribers import HANDLERS

logger = logging.getLogger(__name__)

DESK_EVERY = timedelta(seconds=1)
RECONCILE_EVERY = timedelta(hours=1)
OVERDUE_EVERY = timedelta(minutes=1)


def worker_spec(settings: PaymentsSettings) -> WorkerSpec:
    """What the worker runs."""
    database = Database(settings.database_url, settings.database_pool_size)
    gateway = StripeGateway(settings.account)
    desk = Desk(database, gateway)

    async def reconcile_recent() -> None:
        since = datetime.now(UTC) - timedelta(hours=settings.reconcile_hours)
        report = await reconcile(database, gateway, since)
        logger.info("%s intents compared, %s mended", report.intents, report.mended)

    async def watch_overdue() -> None:
        await raise_overdue_alarms(database)

    jobs = (
        Job("calls", DESK_EVERY, desk.work_calls, wake_on=CHANNEL),
        Job("webhooks", DESK_EVERY, desk.work_webhooks, wake_on=CHANNEL),
        Job("overdue", OVERDUE_EVERY, watch_overdue),
        Job("reconcile", RECONCILE_EVERY, reconcile_recent, time_limit=RECONCILE_EVERY),
    )
    return WorkerSpec(
        name="payments",
        database=database,
        bus=connect(settings.required_bus_url),
        consumers=[Consumer(topology.PAYMENTS_ORDERS, HANDLERS)],
        jobs=jobs,
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
