"""Builders of events and messages: what a test does not say has a harmless default."""

from datetime import UTC, datetime
from uuid import UUID

from shared.bus import Message
from shared.contracts.events import Event, encode
from shared.ids import uuid7
from shared.json import JSONObject


def an_event(
    kind: str = "tests.thing.happened",
    *,
    aggregate_id: UUID | None = None,
    version: int = 1,
    data: JSONObject | None = None,
    schema_version: int = 1,
) -> Event:
    """An event of now about some aggregate."""
    return Event(
        id=uuid7(),
        type=kind,
        aggregate_id=aggregate_id or uuid7(),
        aggregate_version=version,
        occurred_at=datetime.now(UTC),
        data=data or {},
        schema_version=schema_version,
    )


def a_message(routing_key: str = "tests.thing.happened.v1", body: bytes = b"{}") -> Message:
    """A message with a new id."""
    return Message(uuid7(), routing_key, body)


def as_message(event: Event) -> Message:
    """The message that carries `event`, as the relay publishes it."""
    return Message(event.id, event.routing_key, encode(event))
