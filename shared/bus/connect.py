"""A URL in, the adapter for it out."""

from urllib.parse import urlsplit

from shared.bus.base import Bus, BusError
from shared.bus.postgres import PostgresBus
from shared.bus.rabbitmq import RabbitMQBus


class UnknownBroker(BusError):
    """The URL's scheme names no broker that there is an adapter for."""

    code = "UNKNOWN_BROKER"

    def __init__(self, scheme: str) -> None:
        super().__init__(f"no bus for {scheme!r} URLs; use amqp, amqps or postgresql")


def connect(url: str) -> Bus:
    """The bus at `url` (amqp://, amqps:// or postgresql://), not yet started."""
    scheme = urlsplit(url).scheme
    if scheme in ("amqp", "amqps"):
        return RabbitMQBus(url)
    if scheme in ("postgresql", "postgres"):
        return PostgresBus(url)
    raise UnknownBroker(scheme)
