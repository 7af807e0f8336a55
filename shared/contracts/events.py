"""The envelope that every event travels in: `Event` in, JSON bytes out, and back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson

from shared.contracts.codec import ContractError, decode_value, encode_value
from shared.json import JSONObject


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about one aggregate, with the aggregate's whole snapshot in `data`.

    `type` is `<service>.<aggregate>.<fact>`; `aggregate_version` counts 1..n without a gap for
    each aggregate, so a consumer applies the event when it is newer than what it has seen.
    `correlation_id` is the request that started it all, `causation_id` the event before.
    """

    id: UUID
    type: str
    aggregate_id: UUID
    aggregate_version: int
    occurred_at: datetime
    data: JSONObject
    schema_version: int = 1
    correlation_id: str | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    routing_key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "routing_key", f"{self.type}.v{self.schema_version}")


@dataclass(frozen=True, slots=True)
class _Envelope:
    """`Event` as it is on the wire: the same fields, without what is derived."""

    id: UUID
    type: str
    aggregate_id: UUID
    aggregate_version: int
    occurred_at: datetime
    schema_version: int
    data: dict[str, Any]  # JSON; the alias is recursive, which type hints cannot resolve
    correlation_id: str | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None


def to_json(event: Event) -> JSONObject:
    """The event as a JSON value. Raises ContractError when `data` is no JSON."""
    return cast("JSONObject", encode_value(_to_envelope(event)))


def encode(event: Event) -> bytes:
    """The event as UTF-8 JSON. Raises ContractError when `data` is no JSON."""
    return orjson.dumps(to_json(event))


def decode(body: bytes) -> Event:
    """The event that `encode` wrote. Raises ContractError for anything else."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ContractError(f"event is no JSON: {error}") from error
    envelope = decode_value(_Envelope, data, "event")
    return Event(
        id=envelope.id,
        type=envelope.type,
        aggregate_id=envelope.aggregate_id,
        aggregate_version=envelope.aggregate_version,
        occurred_at=envelope.occurred_at,
        data=envelope.data,
        schema_version=envelope.schema_version,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        traceparent=envelope.traceparent,
    )


def _to_envelope(event: Event) -> _Envelope:
    return _Envelope(
        id=event.id,
        type=event.type,
        aggregate_id=event.aggregate_id,
        aggregate_version=event.aggregate_version,
        occurred_at=event.occurred_at,
        schema_version=event.schema_version,
        data=dict(event.data),
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        traceparent=event.traceparent,
    )
