"""Events of the other services in, this service's replicas changed."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.events import Event
from shared.contracts.orders import STOCK_CHANGED, StockSnapshot
from shared.worker import EventHandler
from subgraphs.tickets import service


async def on_stock_changed(session: AsyncSession, event: Event) -> None:
    """Orders holds, sold or freed some pieces of a ticket."""
    await service.note_stock(session, StockSnapshot.from_data(event.data))


HANDLERS: Mapping[str, EventHandler] = {STOCK_CHANGED: on_stock_changed}
