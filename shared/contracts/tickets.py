"""What the tickets service tells the others."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.codec import Snapshot
from shared.money import Money

TICKET_LISTED = "tickets.ticket.listed"
TICKET_UPDATED = "tickets.ticket.updated"
TICKET_PAUSED = "tickets.ticket.paused"
TICKET_WITHDRAWN = "tickets.ticket.withdrawn"


class TicketStatus(StrEnum):
    """Whether new orders may be placed."""

    ON_SALE = "ON_SALE"
    PAUSED = "PAUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class TicketSnapshot(Snapshot):
    """A listing: `quantity` pieces at `price` each."""

    id: UUID
    version: int
    seller_id: UUID
    title: str
    venue: str
    starts_at: datetime
    time_zone: str
    price: Money
    quantity: int
    status: TicketStatus
    created_at: datetime
    updated_at: datetime
    description: str = ""
