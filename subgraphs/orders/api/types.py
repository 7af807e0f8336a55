"""The orders subgraph's types: domain values in, what the graph shows out."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry import federation

from shared.contracts.orders import OrderStatus
from shared.graphql import BadUserInput, Money, PageInfo
from shared.ids import parse_id
from subgraphs.orders import models
from subgraphs.orders.api.context import Info, load_server_times
from subgraphs.orders.live import UpdateKind
from subgraphs.orders.loaders import (
    load_histories,
    load_orders,
    load_own_orders,
    load_stocks,
)
from subgraphs.orders.models import HistoryEntry, Stock, StockState
from subgraphs.orders.pages import (
    BadCursor,
    Place,
    Whose,
    bought_by,
    count_orders,
    encode_cursor,
    page_of_orders,
    sold_of,
)

PAGE_MAXIMUM = 100

strawberry.enum(OrderStatus, description="Where an order stands.")
strawberry.enum(StockState, description="Whether something of a ticket can be ordered now.")
strawberry.enum(UpdateKind, description="A state to begin from, a change, or a fresh start.")


@federation.type(keys=["id"], description="Somebody with an account, as a buyer.")
class User:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> Self:  # noqa: A002
        return cls(id=id)

    @strawberry.field(description="What this person ordered, newest first; null for others.")
    async def orders(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> "OrderConnection | None":
        viewer_id = info.context.user_id
        if viewer_id is None or parse_id(self.id) != viewer_id:
            return None
        return await OrderConnection.load(info, bought_by(viewer_id), Place(first, after))


@strawberry.type(description="What is left of a ticket; `version` rises with each change.")
class Availability:
    version: int
    available: int
    held: int
    sold: int
    state: StockState

    @classmethod
    def of(cls, stock: Stock) -> Self:
        """The graph's view of the stock."""
        return cls(
            version=stock.version,
            available=max(stock.available, 0),
            held=stock.held,
            sold=stock.sold,
            state=stock.state,
        )


@federation.type(keys=["id"], description="A listing, as it is ordered.")
class Ticket:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> Self:  # noqa: A002
        return cls(id=id)

    @strawberry.field(description="Null until the listing has reached the orders service.")
    async def availability(self, info: Info) -> Availability | None:
        ticket_id = parse_id(self.id)
        if ticket_id is None:
            return None
        stock = await info.context.loader(load_stocks).load(ticket_id)
        return None if stock is None else Availability.of(stock)

    @strawberry.field(description="The viewer's newest order of this ticket.")
    async def my_order(self, info: Info) -> "Order | None":
        ticket_id, viewer_id = parse_id(self.id), info.context.user_id
        if ticket_id is None or viewer_id is None:
            return None
        order = await info.context.loader(load_own_orders).load((ticket_id, viewer_id))
        return None if order is None else Order.of(order)

    @strawberry.field(description="The orders of one's own listing, newest first; null for others.")
    async def sales(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> "OrderConnection | None":
        ticket_id, viewer_id = parse_id(self.id), info.context.user_id
        if ticket_id is None or viewer_id is None:
            return None
        stock = await info.context.loader(load_stocks).load(ticket_id)
        if stock is None or stock.seller_id != viewer_id:
            return None
        whose = sold_of(ticket_id, viewer_id)
        return await OrderConnection.load(info, whose, Place(first, after))


@strawberry.type(description="One step of an order's life.")
class OrderTransition:
    source: OrderStatus | None = strawberry.field(
        name="from", description="Null for the first; equal to `to` when only details changed."
    )
    to: OrderStatus
    cause: str
    version: int
    at: datetime

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        """The graph's view of a history row."""
        return cls(
            source=entry.source,
            to=entry.target,
            cause=entry.cause,
            version=entry.version,
            at=entry.at,
        )


@federation.type(keys=["id"], description="A quantity of one ticket, held for or sold to a buyer.")
class Order:
    id: strawberry.ID
    number: str = strawberry.field(description="What buyer and seller call it by.")
    version: int = strawberry.field(description="Counts the changes, from 1 without a gap.")
    status: OrderStatus
    buyer: User
    ticket: Ticket
    ticket_version: int = strawberry.field(description="The listing's, when it was ordered.")
    quantity: int
    unit_price: Money
    total: Money
    created_at: datetime
    expires_at: datetime = strawberry.field(description="When an unpaid order loses its hold.")

    @classmethod
    def of(cls, order: models.Order) -> Self:
        """The graph's view of the aggregate."""
        return cls(
            id=strawberry.ID(str(order.id)),
            number=order.number,
            version=order.version,
            status=order.status,
            buyer=User(id=strawberry.ID(str(order.buyer_id))),
            ticket=Ticket(id=strawberry.ID(str(order.ticket_id))),
            ticket_version=order.ticket_version,
            quantity=order.quantity,
            unit_price=Money.of(order.unit_price),
            total=Money.of(order.total),
            created_at=order.created_at,
            expires_at=order.expires_at,
        )

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        **_: Any,
    ) -> Self | None:
        return await cls.find(info, id)

    @classmethod
    async def find(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """The order of an id, if the viewer may see it; batched."""
        order_id = parse_id(id)
        if order_id is None:
            return None
        order = await info.context.loader(load_orders).load(order_id)
        if order is None or not order.may_be_seen_by(info.context.user_id):
            return None
        return cls.of(order)

    @strawberry.field(description="The clock that `expiresAt` is measured by.")
    async def server_time(self, info: Info) -> datetime:
        return await info.context.loader(load_server_times).load(None)

    @strawberry.field(description="Every change with its cause, oldest first.")
    async def history(self, info: Info) -> list[OrderTransition]:
        entries = await info.context.loader(load_histories).load(UUID(self.id))
        return [OrderTransition.of(entry) for entry in entries]


@strawberry.type
class OrderEdge:
    cursor: str
    node: Order


@strawberry.type(description="A page of orders; pass `pageInfo.endCursor` as `after` for the next.")
class OrderConnection:
    edges: list[OrderEdge]
    page_info: PageInfo
    whose: strawberry.Private[Whose]

    @classmethod
    async def load(cls, info: Info, whose: Whose, place: Place) -> Self:
        """A page of those orders. Raises BadUserInput for an impossible place."""
        if not 0 <= place.first <= PAGE_MAXIMUM:
            raise BadUserInput(f"first: {place.first} is out of range; give 0 to {PAGE_MAXIMUM}")
        try:
            async with info.context.database.reading() as session:
                page = await page_of_orders(session, whose, place)
        except BadCursor as error:
            raise BadUserInput(f"after: {error}") from error
        edges = [OrderEdge(cursor=encode_cursor(each), node=Order.of(each)) for each in page.orders]
        return cls(
            edges=edges,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=place.after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
            whose=whose,
        )

    @strawberry.field(description="How many orders there are in all.")
    async def total_count(self, info: Info) -> int:
        async with info.context.database.reading() as session:
            return await count_orders(session, self.whose)


@strawberry.type(description="An order in its newest state; versions of one order only rise.")
class OrderUpdate:
    kind: UpdateKind
    order: Order


@strawberry.type(description="A ticket's stock in its newest state; versions only rise.")
class AvailabilityUpdate:
    kind: UpdateKind
    ticket: Ticket
    availability: Availability
