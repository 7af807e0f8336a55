"""The product's processes as data: settings, ports and URLs in, one spec per process out."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.local.command import Command
from deploy.local.keeper import ProcessSpec
from deploy.local.ports import LOOPBACK
from deploy.local.probe import answers_ok
from deploy.local.settings import LocalSettings, StripeKeys

SERVICES = ("users", "tickets", "orders", "payments")
DATABASES = (*SERVICES, "bus")
PORTS = (
    "postgres",
    "sandbox",
    *SERVICES,
    *(f"{service}-worker" for service in SERVICES),
)
FORGED_WITH = (
    "aio_pika",
    "asyncpg",
    "graphql",
    "httptools",
    "httpx",
    "joserfc.jwt",
    "msgspec",
    "orjson",
    "pydantic_settings",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "starlette.applications",
    "starlette.routing",
    "starlette.websockets",
    "strawberry.asgi",
    "strawberry.dataloader",
    "strawberry.federation",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
    "shared.graphql",
    "shared.worker",
    "shared.bus.connect",
)
"""What most processes import; it takes a second and a half of a core."""
_NOT_INHERITED = {"HOST", "PORT", "DATABASE_URL", "BUS_URL", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL"}
_OURS_ALONE = ("GATEWAY_", "STRIPE_")


@dataclass(frozen=True, slots=True)
class World:
    """What the processes need to know of each other."""

    settings: LocalSettings
    ports: Mapping[str, int]
    databases: Mapping[str, str]
    bus_url: str
    stripe: StripeKeys

    def url(self, name: str, path: str = "") -> str:
        """Where a process is reached on loopback."""
        return f"http://{LOOPBACK}:{self.ports[name]}{path}"

    @property
    def public_url(self) -> str:
        """The gateway, as the person's browser sees it."""
        return f"http://{LOOPBACK}:{self.settings.port}"


def inherited(settings: LocalSettings) -> dict[str, str]:
    """The environment of every child: the person's own, without what would lead it astray."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_INHERITED and not name.startswith(_OURS_ALONE)
    }
    return {**kept, "FOYER_HOME": str(settings.layout.home)}


def sandbox(world: World) -> ProcessSpec:
    """The payment sandbox, which needs nothing but its file."""
    own = {
        "STATE_FILE": str(world.settings.layout.sandbox_state),
        "WEBHOOK_URL": world.url("payments", "/webhooks/stripe"),
        **_stripe_keys(world),
    }
    return _python(world, "sandbox", ("-m", "deploy.local.sandbox"), own, "/health/ready")


def services(world: World) -> Iterator[ProcessSpec]:
    """A web and a worker process of each service."""
    for service in SERVICES:
        own = {**_common(world, service), **(_payments(world) if service == "payments" else {})}
        for name, module in ((service, "app"), (f"{service}-worker", "worker")):
            arguments = ("-m", f"subgraphs.{service}.{module}")
            yield _python(world, name, arguments, own, "/health/ready")


def gateway(world: World) -> ProcessSpec:
    """The gateway on the port that the person chose, with the pages."""
    layout, port = world.settings.layout, world.settings.port
    own = {f"{name.upper()}_URL": world.url(name, "/graphql") for name in SERVICES}
    own |= {
        "GATEWAY_SESSION_EXCHANGE_URL": world.url("users", "/internal/token"),
        "GATEWAY_REVOCATION_FEED_URL": world.url("users", "/internal/revocations"),
        "GATEWAY_PUBLIC_URL": world.public_url,
        "GATEWAY_ALLOWED_ORIGINS": f"http://localhost:{port}",
        "GATEWAY_EXPOSE_QUERY_PLAN": "true",
        "GATEWAY_STATIC_DIR": str(layout.site),
        "GATEWAY_PLAYGROUND_DIR": str(layout.playground),
    }
    config = str(layout.checkout / "deploy" / "local" / "supergraph.yaml")
    arguments = ("-m", "gateway", "serve", "--config", config, "--port", str(port))
    return _python(world, "gateway", arguments, own, "/health/ready")


def forge(settings: LocalSettings) -> Command:
    """The process that forks the others."""
    return Command(
        (sys.executable, "-m", "deploy.local.forge", *FORGED_WITH),
        settings.layout.logs / "forge.log",
        inherited(settings),
        settings.layout.checkout,
    )


def migration(settings: LocalSettings, service: str, database_url: str) -> Command:
    """Brings one service's database to the newest revision."""
    return Command(
        (sys.executable, "-m", "shared.migrations", f"subgraphs.{service}"),
        settings.layout.logs / f"{service}-migrations.log",
        {**inherited(settings), "DATABASE_URL": database_url},
        settings.layout.checkout,
    )


def _common(world: World, service: str) -> dict[str, str]:
    return {
        "DATABASE_URL": world.databases[service],
        "BUS_URL": world.bus_url,
        "JWKS_URL": world.url("users", "/.well-known/jwks.json"),
        "JWT_ISSUER": "foyer-users",
        "JWT_AUDIENCE": "foyer-subgraphs",
        "PUBLIC_URL": world.public_url,
    }


def _payments(world: World) -> dict[str, str]:
    if world.settings.stripe is not None:
        return _stripe_keys(world)
    here = {
        "STRIPE_API_BASE": world.url("sandbox"),
        "PAYMENT_ELEMENT_URL": world.url("sandbox", "/element"),
    }
    return {**_stripe_keys(world), **here}


def _stripe_keys(world: World) -> dict[str, str]:
    return {
        "STRIPE_SECRET_KEY": world.stripe.secret_key,
        "STRIPE_PUBLISHABLE_KEY": world.stripe.publishable_key,
        "STRIPE_WEBHOOK_SECRET": world.stripe.webhook_secret,
    }


def _python(
    world: World, name: str, arguments: tuple[str, ...], own: Mapping[str, str], path: str
) -> ProcessSpec:
    layout = world.settings.layout
    port = world.ports.get(name, world.settings.port)
    environment = {**inherited(world.settings), **own, "PORT": str(port)}
    command = Command(
        (sys.executable, *arguments), layout.logs / f"{name}.log", environment, layout.checkout
    )
    return ProcessSpec(name, command, answers_ok(port, path))
