"""The web process of payments: `/graphql`, `/webhooks/stripe`, and health.

`python -m subgraphs.payments.app`
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
from shared.serve import serve
from subgraphs.payments.api.context import Checkout, PaymentsContext
from subgraphs.payments.api.schema import schema
from subgraphs.payments.desk import Desk
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.payments.stripe_gateway import StripeGateway
from subgraphs.payments.webhook import webhook_route


def create_app(
    settings: PaymentsSettings | None = None, verifier: Verifier | None = None
) -> Starlette:
    """The ASGI application; its lifespan owns the database pool and the provider's client."""
    settings = settings or PaymentsSettings()
    database = Database(settings.database_url, settings.database_pool_size)
    gateway = StripeGateway(settings.account)
    desk = Desk(database, gateway)
    checkout = Checkout(settings.stripe_publishable_key, settings.payment_element_url)

    def context(connection: HTTPConnection) -> PaymentsContext:
        return PaymentsContext(connection, database, desk, checkout)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await gateway.close()
        await database.close()

    return service_app(
        GraphQLService(
            schema=schema,
            context=context,
            verifier=verifier
            or Verifier(settings.jwks_url, settings.jwt_issuer, settings.jwt_audience),
            checks={"database": database_check(database)},
            routes=[webhook_route(database, settings.stripe_webhook_secret.get_secret_value())],
            lifespan=lifespan,
        )
    )


def main() -> None:
    """Serve until SIGTERM."""
    settings = PaymentsSettings()
    service_logging.configure("payments", settings.log_format, settings.log_level)
    serve(create_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
