"""Messaging: one `Bus` Protocol, a RabbitMQ and a PostgreSQL adapter, chosen by URL.

base      the Protocol and its values (Message, Queue, ParkedMessage, errors)
topic     routing key patterns, as AMQP matches them
connect   URL in, adapter out
rabbitmq  what production runs
postgres  the embedded default
"""

from shared.bus.base import (
    Bus,
    BusError,
    Handler,
    Message,
    MessageRejected,
    ParkedMessage,
    PublishFailed,
    Queue,
    Unroutable,
)

__all__ = [
    "Bus",
    "BusError",
    "Handler",
    "Message",
    "MessageRejected",
    "ParkedMessage",
    "PublishFailed",
    "Queue",
    "Unroutable",
]
