"""The worker: events leave, the stock comes in, older news never replaces newer."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from shared.bus import Message, Queue
from shared.bus.connect import connect
from shared.contracts.events import decode
from shared.contracts.orders import STOCK_CHANGED, StockSnapshot
from shared.contracts.topology import QUEUES
from shared.db import Database
from shared.worker import run_worker
from subgraphs.tickets.models import Stock
from subgraphs.tickets.service import note_stock
from subgraphs.tickets.settings import TicketsSettings
from subgraphs.tickets.worker import worker
from tests.subgraphs.tickets.actors import Seller
from tests.testkit.events import an_event, as_message
from tests.testkit.eventually import eventually

LISTENER = Queue("tests.listener", ("tickets.ticket.#",))


@pytest.fixture
async def bus_url(database_url: str, tickets_url: str) -> AsyncIterator[str]:
    """The bus that a running tickets worker is connected to."""
    settings = TicketsSettings(database_url=tickets_url, bus_url=database_url, port=0)
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(worker(settings), stop))
    yield database_url
    stop.set()
    await running


def stock_of(ticket_id: UUID, version: int, held: int, sold: int) -> StockSnapshot:
    return StockSnapshot(ticket_id=ticket_id, version=version, capacity=9, held=held, sold=sold)


async def known(database: Database, ticket_id: UUID) -> tuple[int, int] | None:
    """(held, sold) as this service has them."""
    async with database.reading() as session:
        found = await session.get(Stock, ticket_id)
    return None if found is None else (found.held, found.sold)


async def test_a_listed_ticket_reaches_the_bus(bus_url: str, seller: Seller) -> None:
    received: list[Message] = []

    async def receive(message: Message) -> None:
        received.append(message)

    bus = connect(bus_url)
    await bus.start()
    await bus.declare([LISTENER])
    consuming = asyncio.create_task(bus.consume(LISTENER, receive))
    ticket = await seller.create()
    await eventually(lambda: bool(received))
    event = decode(received[0].body)
    assert (event.type, str(event.aggregate_id)) == ("tickets.ticket.listed", ticket["id"])
    consuming.cancel()
    with suppress(asyncio.CancelledError):
        await consuming
    await bus.close()


async def test_stock_changes_are_followed(bus_url: str, database: Database) -> None:
    ticket_id = uuid4()
    data = stock_of(ticket_id, 3, held=1, sold=2).to_data()
    event = an_event(STOCK_CHANGED, aggregate_id=ticket_id, version=3, data=data)
    bus = connect(bus_url)
    await bus.start()
    await bus.declare(QUEUES)
    await bus.publish([as_message(event)] * 3)

    async def arrived() -> bool:
        return await known(database, ticket_id) == (1, 2)

    await eventually(arrived)
    await bus.close()


async def test_older_and_repeated_news_are_dropped(database: Database) -> None:
    ticket_id = uuid4()
    news: Mapping[int, tuple[int, int]] = {1: (1, 0), 2: (0, 1), 3: (2, 1), 5: (0, 3)}
    for version in (2, 1, 5, 3, 5):
        held, sold = news[version]
        async with database.transaction() as session:
            await note_stock(session, stock_of(ticket_id, version, held, sold))
    assert await known(database, ticket_id) == (0, 3)
