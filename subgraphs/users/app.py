"""The users web process: settings in, the Starlette application out.

`python -m subgraphs.users.app` serves it on HOST:PORT.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from shared import logging
from shared.clock import SystemClock
from shared.db import Database
from shared.graphql import GraphQLService, service_app
from shared.health import database_check
from shared.identity import Verifier
from shared.live import Hub
from shared.serve import serve
from subgraphs.users.api.context import UsersContext
from subgraphs.users.api.schema import schema
from subgraphs.users.endpoints import Endpoints
from subgraphs.users.keys import KeyRing
from subgraphs.users.mailbox import mailbox_route
from subgraphs.users.oidc import OpenIdClient
from subgraphs.users.passwords import Passwords
from subgraphs.users.settings import UsersSettings
from subgraphs.users.tokens import Issuer


def create_app(settings: UsersSettings | None = None) -> Starlette:
    """The application; its lifespan owns database, LISTEN connection and hashing threads.

    `state.end_feeds` ends the open revocation feeds, which would hold up the process's end.
    """
    settings = settings or UsersSettings()
    database = Database(settings.database_url, settings.database_pool_size)
    keys = KeyRing(database)
    hub = Hub(settings.database_url)
    passwords = Passwords()
    endpoints = Endpoints(
        database, keys, Issuer(settings.jwt_issuer, settings.jwt_audience), hub, SystemClock()
    )

    open_id = {
        provider.id: OpenIdClient(provider, f"{settings.public_url.rstrip('/')}/auth/callback")
        for provider in settings.openid_providers
    }
    mailbox = [mailbox_route(database)] if settings.shows_mailbox else []

    def context(connection: HTTPConnection) -> UsersContext:
        return UsersContext(connection, database, passwords, settings.secure, open_id)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with hub.running():
            yield
        passwords.close()
        await database.close()

    app = service_app(
        GraphQLService(
            schema=schema,
            context=context,
            verifier=Verifier(
                settings.jwks_url, settings.jwt_issuer, settings.jwt_audience, keys.published
            ),
            checks={"database": database_check(database)},
            routes=[*endpoints.routes(), *mailbox],
            lifespan=lifespan,
        )
    )
    app.state.end_feeds = endpoints.end_feeds
    return app


def main() -> None:
    """Serve until a signal."""
    settings = UsersSettings()
    logging.configure("users", settings.log_format, settings.log_level)
    app = create_app(settings)
    serve(app, settings.host, settings.port, before_exit=app.state.end_feeds)


if __name__ == "__main__":
    main()
