"""The web process of orders: `/graphql` over HTTP and graphql-transport-ws, and health.

`python -m subgraphs.orders.app`
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from shared import logging as service_logging
from shared.db import Database
from shared.graphql import GraphQLService, service_app
from shared.health import database_check
from shared.identity import Verifier
from shared.live import Hub
from shared.serve import serve
from subgraphs.orders.api.context import OrdersContext
from subgraphs.orders.api.schema import schema
from subgraphs.orders.settings import OrdersSettings


def create_app(
    settings: OrdersSettings | None = None, verifier: Verifier | None = None
) -> Starlette:
    """The ASGI application; its lifespan owns the database pool and the live hub."""
    settings = settings or OrdersSettings()
    database = Database(settings.database_url, settings.database_pool_size)
    hub = Hub(settings.database_url)
    rules = settings.hold_rules

    def context(connection: HTTPConnection) -> OrdersContext:
        return OrdersContext(connection, database, hub, rules)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with hub.running():
            yield
        await database.close()

    return service_app(
        GraphQLService(
            schema=schema,
            context=context,
            verifier=verifier
            or Verifier(settings.jwks_url, settings.jwt_issuer, settings.jwt_audience),
            checks={"database": database_check(database)},
            lifespan=lifespan,
        )
    )


def main() -> None:
    """Serve until SIGTERM."""
    settings = OrdersSettings()
    service_logging.configure("orders", settings.log_format, settings.log_level)
    serve(create_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
