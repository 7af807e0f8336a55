"""A URL in, the adapter for it out."""

from urllib.parse import urlsplit

from shared.bus.base import Bus, BusError


class UnknownBroker(BusError):
    """The URL's scheme names no broker that there is an adapter for."""

    code = "UNKNOWN_BROKER"

    def __init__(self, scheme: str) -> None:
        super().__init__(f"no bus for {scheme!r} URLs; use amqp, amqps or postgresql")


def connect(url: str) -> Bus:
    """The bus at `url` (amqp://, amqps:// or postgresql://), not yet started.

    Only the adapter that is used is imported: a process starts the sooner.
    """
    scheme = urlsplit(url).scheme
    if scheme in ("amqp", "amqps"):
        from shared.bus.rabbitmq import RabbitMQBus

        return RabbitMQBus(url)
    if scheme in ("postgresql", "postgres"):
        from shared.bus.postgres import PostgresBus

        return PostgresBus(url)
    raise UnknownBroker(scheme)
