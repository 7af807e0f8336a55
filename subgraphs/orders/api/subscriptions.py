"""The root fields that stream: a snapshot first, then changes, in rising versions."""

from collections.abc import AsyncGenerator

import strawberry

from shared.graphql import BadUserInput
from shared.ids import parse_id
from subgraphs.orders import live
from subgraphs.orders.api.context import Info, NoSuchOrder, SignInFirst
from subgraphs.orders.api.types import (
    Availability,
    AvailabilityUpdate,
    Order,
    OrderUpdate,
    Ticket,
)
from subgraphs.orders.models import OrderUnknown

MAX_WATCHED_TICKETS = 100


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="One order of the viewer. `afterVersion` resumes: what is not newer is left "
        "out, and so is the snapshot when nothing is."
    )
    async def order_updated(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        after_version: int | None = None,
    ) -> AsyncGenerator[OrderUpdate, None]:
        viewer_id, order_id = info.context.user_id, parse_id(id)
        if viewer_id is None:
            raise SignInFirst
        if order_id is None:
            raise NoSuchOrder(id)
        try:
            updates = live.order_updates(info.context.source, viewer_id, order_id, after_version)
            async for kind, order in updates:
                yield OrderUpdate(kind=kind, order=Order.of(order))
        except OrderUnknown as error:
            raise NoSuchOrder(id) from error

    @strawberry.subscription(description="All orders of the viewer: the newest, then changes.")
    async def my_orders_updated(self, info: Info) -> AsyncGenerator[OrderUpdate, None]:
        viewer_id = info.context.user_id
        if viewer_id is None:
            raise SignInFirst
        async for kind, order in live.buyer_updates(info.context.source, viewer_id):
            yield OrderUpdate(kind=kind, order=Order.of(order))

    @strawberry.subscription(
        description="What is left of up to 100 tickets, at most five times a second each."
    )
    async def availability_changed(
        self, info: Info, ticket_ids: list[strawberry.ID]
    ) -> AsyncGenerator[AvailabilityUpdate, None]:
        known = {parsed for each in ticket_ids if (parsed := parse_id(each)) is not None}
        if len(ticket_ids) > MAX_WATCHED_TICKETS:
            raise BadUserInput(f"ticketIds: at most {MAX_WATCHED_TICKETS} can be watched at once")
        async for kind, stock in live.availability_updates(info.context.source, sorted(known)):
            yield AvailabilityUpdate(
                kind=kind,
                ticket=Ticket(id=strawberry.ID(str(stock.ticket_id))),
                availability=Availability.of(stock),
            )
