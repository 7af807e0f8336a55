"""The tickets worker process: relays events and follows the stock.

`python -m subgraphs.tickets.worker` runs it, with health on HOST:PORT.
"""

from shared import logging
from shared.bus.connect import connect
from shared.contracts.tickets import TICKET_LISTED
from shared.contracts.topology import TICKETS_STOCK
from shared.db import Database
from shared.worker import Consumer, WorkerSpec, run
from subgraphs.tickets.models import FACTS
from subgraphs.tickets.settings import TicketsSettings
from subgraphs.tickets.subscribers import HANDLERS


def worker(settings: TicketsSettings) -> WorkerSpec:
    """What the process does."""
    return WorkerSpec(
        name="tickets",
        database=Database(settings.database_url, settings.database_pool_size),
        bus=connect(settings.required_bus_url),
        consumers=(Consumer(TICKETS_STOCK, HANDLERS),),
        resent=frozenset({TICKET_LISTED, *FACTS.values()}),
        host=settings.host,
        port=settings.port,
    )


def main() -> None:
    """Run until a signal."""
    settings = TicketsSettings()
    logging.configure("tickets worker", settings.log_format, settings.log_level)
    run(worker(settings))


if __name__ == "__main__":
    main()
