"""A small subgraph that uses everything `shared.graphql` gives."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from starlette.applications import Starlette
from strawberry import federation
from strawberry.types import Info

from shared.db import Database
from shared.graphql import (
    BadUserInput,
    Context,
    GraphQLService,
    MinorUnits,
    Money,
    MoneyInput,
    NotFound,
    Problem,
    ValidationFailed,
    federated_schema,
    service_app,
)
from shared.money import Money as MoneyValue
from shared.money import MoneyError
from tests.testkit.tokens import TokenIssuer

LOADS: list[list[int]] = []


async def doubles(_: Database, numbers: Sequence[int]) -> Sequence[int]:
    LOADS.append(list(numbers))
    return [2 * number for number in numbers]


@federation.type(keys=["id"])
class Item:
    id: strawberry.ID

    @strawberry.field
    async def double(self, info: Info[Context, None]) -> int:
        return await info.context.loader(doubles).load(int(self.id))

    @classmethod
    async def resolve_reference(cls, id: strawberry.ID) -> "Item":  # noqa: A002  # the key's name
        return cls(id=id)


PriceResult = Annotated[Money | ValidationFailed | NotFound, strawberry.union("PriceResult")]


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: Info[Context, None]) -> str | None:
        user_id = info.context.user_id
        return str(user_id) if user_id else None

    @strawberry.field
    def items(self, count: int) -> list[Item]:
        return [Item(id=strawberry.ID(str(number))) for number in range(count)]

    @strawberry.field
    def request_id(self, info: Info[Context, None]) -> str:
        return info.context.request_id

    @strawberry.field
    def fail(self) -> int:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def refuse(self) -> int:
        raise BadUserInput("a cursor of another list")

    @strawberry.field
    def echo_amount(self, amount: MinorUnits) -> MinorUnits:
        return amount

    @strawberry.field
    def echo_time(self, at: datetime) -> datetime:
        return at

    @strawberry.field
    def price(self, price: MoneyInput) -> PriceResult:
        try:
            return Money.of(price.to_money().plus(MoneyValue(1, "EUR")))
        except MoneyError as error:
            return ValidationFailed.of({"price": str(error)})


@strawberry.type
class Mutation:
    @strawberry.mutation
    def sign_in(self, info: Info[Context, None]) -> bool:
        info.context.response.set_cookie("session", "opaque", httponly=True)
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info[Context, None], to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number
            await asyncio.sleep(0)

    @strawberry.subscription
    async def whoami(self, info: Info[Context, None]) -> AsyncIterator[str]:
        yield str(info.context.user_id)

    @strawberry.subscription
    async def same_item(self, times: int) -> AsyncIterator[Item]:
        for _ in range(times):
            yield Item(id=strawberry.ID("7"))

    @strawberry.subscription
    async def break_down(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("the password is hunter2")


schema = federated_schema(Query, Mutation, Subscription, types=[Item, Problem])


def shop(database: Database, issuer: TokenIssuer) -> Starlette:
    """The subgraph as a service."""
    return service_app(
        GraphQLService(
            schema,
            context=lambda connection: Context(connection, database),
            verifier=issuer.verifier(),
        )
    )
