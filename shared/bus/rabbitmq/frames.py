"""A `Message` in, an AMQP message out, and back; bookkeeping travels in headers of our own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import aio_pika
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractIncomingMessage, HeadersType

from shared.bus.base import Message, MessageRejected, ParkedMessage

_ROUTING_KEY = "x-foyer-routing-key"
_FAILURES = "x-foyer-failures"
_REASON = "x-foyer-reason"
_REMAINING = "x-foyer-remaining-ms"


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """What the bus notes on a message besides what the sender said."""

    failures: int = 0
    reason: str | None = None
    remaining: timedelta | None = None


def to_amqp(message: Message, noted: Bookkeeping = Bookkeeping()) -> aio_pika.Message:  # frozen
    """A persistent AMQP message that `from_amqp` reads back."""
    headers: dict[str, Any] = dict(message.headers)
    headers[_ROUTING_KEY] = message.routing_key
    if noted.failures:
        headers[_FAILURES] = noted.failures
    if noted.reason is not None:
        headers[_REASON] = noted.reason
    if noted.remaining is not None:
        headers[_REMAINING] = math.ceil(noted.remaining.total_seconds() * 1000)
    return aio_pika.Message(
        message.body,
        message_id=str(message.id),
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        headers=cast("HeadersType", headers),
    )


def from_amqp(incoming: AbstractIncomingMessage) -> tuple[Message, Bookkeeping]:
    """The message as it was published. Raises MessageRejected when it is not one of ours."""
    headers: Mapping[str, Any] = incoming.headers
    try:
        message_id = UUID(incoming.message_id or "")
    except ValueError as error:
        raise MessageRejected(f"message id {incoming.message_id!r} is no UUID") from error
    own = {name: str(value) for name, value in headers.items() if not name.startswith("x-")}
    routing_key = str(headers.get(_ROUTING_KEY, incoming.routing_key))
    remaining = headers.get(_REMAINING)
    noted = Bookkeeping(
        failures=int(headers.get(_FAILURES, 0)),
        reason=str(headers[_REASON]) if _REASON in headers else None,
        remaining=None if remaining is None else timedelta(milliseconds=int(remaining)),
    )
    return Message(message_id, routing_key, incoming.body, own), noted


def to_parked(incoming: AbstractIncomingMessage) -> ParkedMessage:
    """A message of a parking queue; the broker itself put it there when it has no reason."""
    message, noted = from_amqp(incoming)
    why = incoming.headers.get("x-first-death-reason")
    reason = noted.reason or f"given up by the broker: {why!r}"
    return ParkedMessage(message, reason, noted.failures)
