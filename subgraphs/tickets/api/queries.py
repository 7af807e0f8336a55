"""The root fields that read."""

import strawberry

from subgraphs.tickets.api.inputs import TicketFilter, TicketSort
from subgraphs.tickets.api.types import Info, Ticket, TicketConnection
from subgraphs.tickets.listing import Place


@strawberry.type
class Query:
    @strawberry.field(description="A ticket in whatever state, or null.")
    async def ticket(self, info: Info, id: strawberry.ID) -> Ticket | None:  # noqa: A002
        return await Ticket.find(info, id)

    @strawberry.field(
        description="The catalogue, newest first. Without `status` what is on sale, without "
        "`startsAfter` what is still to come. At most 100 at a time."
    )
    async def tickets(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: TicketFilter | None = None,  # noqa: A002
        sort: TicketSort | None = None,
    ) -> TicketConnection:
        wanted = (filter or TicketFilter()).to_filter()
        place = Place(first, after, (sort or TicketSort()).to_sort())
        return await TicketConnection.load(info, wanted, place)
