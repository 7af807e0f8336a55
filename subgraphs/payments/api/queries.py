"""The root fields that read."""

import strawberry

from subgraphs.payments.api.context import Info
from subgraphs.payments.api.types import Payment


@strawberry.type
class Query:
    @strawberry.field(description="A payment of the viewer's purchase or sale; null for others.")
    async def payment(self, info: Info, id: strawberry.ID) -> Payment | None:  # noqa: A002
        return await Payment.find(info, id)
