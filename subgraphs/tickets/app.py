"""The tickets web process: settings in, the Starlette application out.

`python -m subgraphs.tickets.app` serves it on HOST:PORT.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from shared import logging
from shared.db import Database
from shared.graphql import Context, GraphQLService, service_app
from shared.health import database_check
from shared.identity import Verifier
from shared.serve import serve
from subgraphs.tickets.api.schema import schema
from subgraphs.tickets.settings import TicketsSettings


def create_app(settings: TicketsSettings | None = None) -> Starlette:
    """The application; its lifespan owns the database's connections."""
    settings = settings or TicketsSettings()
    database = Database(settings.database_url, settings.database_pool_size)
    verifier = Verifier(settings.jwks_url, settings.jwt_issuer, settings.jwt_audience)

    def context(connection: HTTPConnection) -> Context:
        return Context(connection, database)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await database.close()

    return service_app(
        GraphQLService(
            schema=schema,
            context=context,
            verifier=verifier,
            checks={"database": database_check(database), "keys": verifier.ready},
            lifespan=lifespan,
        )
    )


def main() -> None:
    """Serve until a signal."""
    settings = TicketsSettings()
    logging.configure("tickets", settings.log_format, settings.log_level)
    serve(create_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
