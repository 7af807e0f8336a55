"""The root fields that read."""

import strawberry

from subgraphs.users.api.context import Info
from subgraphs.users.api.open_id import OpenIdQuery
from subgraphs.users.api.types import User


@strawberry.type
class Query(OpenIdQuery):
    @strawberry.field(description="Who is signed in; null for nobody.")
    async def me(self, info: Info) -> User | None:
        user_id = info.context.user_id
        return None if user_id is None else await User.find(info, user_id)
