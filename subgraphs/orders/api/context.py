"""What resolvers of orders get besides the common context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import strawberry

from shared.db import Database, database_now
from shared.graphql import Context, PublicError
from shared.live import Hub
from subgraphs.orders.live import Source
from subgraphs.orders.models import HoldRules


@dataclass
class OrdersContext(Context):
    """The common context, the hub of live updates, and the house's rules of holding."""

    hub: Hub
    rules: HoldRules

    @property
    def source(self) -> Source:
        """What live streams draw from."""
        return Source(self.hub, self.database)


Info: TypeAlias = strawberry.Info[OrdersContext, None]


class SignInFirst(PublicError):
    """The field has an owner, and nobody is signed in."""

    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("Sign in first.")


class NoSuchOrder(PublicError):
    """There is nothing to follow, or it is not this viewer's to see."""

    code = "NOT_FOUND"

    def __init__(self, order_id: str) -> None:
        super().__init__(f"There is no order {order_id[:60]!r}.")


async def load_server_times(database: Database, keys: Sequence[None]) -> list[datetime]:
    """The database's clock, once per batch."""
    async with database.reading() as session:
        return [await database_now(session)] * len(keys)
