"""Two small subgraphs on real sockets, and the config that composes them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import strawberry
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.federation import Schema

from tests.gateway.server.conftest import running


@strawberry.federation.type(keys=["id"], name="User")
class NamedUser:
    id: strawberry.ID
    name: str


@strawberry.type
class Query:
    @strawberry.field
    def users(self) -> list[NamedUser]:
        return [
            NamedUser(id=strawberry.ID("1"), name="Ada"),
            NamedUser(id=strawberry.ID("2"), name="Bob"),
        ]

    @strawberry.field
    def authorization(self, info: strawberry.Info) -> str | None:
        value: str | None = info.context["request"].headers.get("authorization")
        return value


@strawberry.type
class Mutation:
    @strawberry.mutation
    def sign_in(self, info: strawberry.Info) -> str:
        response: Response = info.context["response"]
        response.headers.append("set-cookie", "session=abc; Path=/")
        return "in"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def joined(self, count: int) -> AsyncGenerator[NamedUser, None]:
        for number in range(1, count + 1):
            yield NamedUser(id=strawberry.ID(str(number)), name=f"user {number}")
            await asyncio.sleep(0.05)


@strawberry.federation.type(keys=["id"], name="User")
class ScoredUser:
    id: strawberry.ID

    @strawberry.field
    def score(self) -> int:
        return int(self.id) * 10


@strawberry.type(name="Query")
class NoQuery:
    @strawberry.field
    def scale(self) -> int:
        return 10


SCHEMAS = {
    "users": Schema(query=Query, mutation=Mutation, subscription=Subscription),
    "scores": Schema(query=NoQuery, types=[ScoredUser]),
}


@asynccontextmanager
async def two_subgraphs(folder: Path) -> AsyncIterator[Path]:
    """The config's path, while both subgraphs listen; their SDLs are in `folder` too."""
    async with _served("users") as users, _served("scores") as scores:
        ports = {"users": users, "scores": scores}
        subgraphs = {}
        for name, schema in SCHEMAS.items():
            (folder / f"{name}.graphql").write_text(schema.as_str())
            subgraphs[name] = {
                "routing_url": f"http://127.0.0.1:{ports[name]}/",
                "schema": {"file": f"{name}.graphql"},
            }
        config = folder / "supergraph.yaml"
        config.write_text(yaml.safe_dump({"subgraphs": subgraphs}))
        yield config


@asynccontextmanager
async def _served(name: str) -> AsyncIterator[int]:
    app = Starlette()
    app.mount("/", GraphQL(SCHEMAS[name]))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    async with running(uvicorn.Server(config)) as port:
        yield port
