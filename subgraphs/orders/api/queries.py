"""The root fields that read."""

import strawberry

from subgraphs.orders.api.context import Info, SignInFirst
from subgraphs.orders.api.types import Order, OrderConnection
from subgraphs.orders.pages import Place, bought_by


@strawberry.type
class Query:
    @strawberry.field(description="An order that the viewer bought or sold; null for others.")
    async def order(self, info: Info, id: strawberry.ID) -> Order | None:  # noqa: A002
        return await Order.find(info, id)

    @strawberry.field(description="The viewer's orders, newest first. At most 100 at a time.")
    async def my_orders(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> OrderConnection:
        viewer_id = info.context.user_id
        if viewer_id is None:
            raise SignInFirst
        return await OrderConnection.load(info, bought_by(viewer_id), Place(first, after))
