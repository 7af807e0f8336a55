"""What the person at the terminal chose: the environment in, one value out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from deploy.local.errors import PreflightFailed
from deploy.local.layout import Layout


class Broker(StrEnum):
    """What carries the events."""

    POSTGRES = "postgres"
    RABBITMQ = "rabbitmq"


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """Keys of a Stripe account, which then takes the sandbox's place."""

    secret_key: str
    publishable_key: str
    webhook_secret: str


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """`stripe` None runs the payment sandbox."""

    port: int
    broker: Broker
    layout: Layout
    stripe: StripeKeys | None

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> "LocalSettings":
        """PORT, BROKER, STRIPE_*, and the folders of `Layout`; raises PreflightFailed."""
        port = environ.get("PORT") or "8000"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise PreflightFailed(f"PORT={port} is no port number (1–65535)")
        broker = environ.get("BROKER") or Broker.POSTGRES
        if broker not in tuple(Broker):
            raise PreflightFailed(f"BROKER={broker} is neither {' nor '.join(Broker)}")
        return LocalSettings(
            int(port), Broker(broker), Layout.from_environment(environ), _stripe(environ)
        )


def _stripe(environ: Mapping[str, str]) -> StripeKeys | None:
    secret_key = environ.get("STRIPE_SECRET_KEY")
    if not secret_key:
        return None
    publishable_key = environ.get("STRIPE_PUBLISHABLE_KEY")
    webhook_secret = environ.get("STRIPE_WEBHOOK_SECRET")
    if not publishable_key or not webhook_secret:
        raise PreflightFailed(
            "STRIPE_SECRET_KEY is set: STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET must be too"
        )
    return StripeKeys(secret_key, publishable_key, webhook_secret)
