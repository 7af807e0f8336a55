"""The envelope on the wire."""

import json

import orjson
import pytest

from shared.contracts.codec import ContractError
from shared.contracts.events import Event, decode, encode
from shared.ids import uuid7
from tests.testkit.events import an_event


def test_an_event_survives_the_wire() -> None:
    event = an_event(data={"a": [1, None, {"b": "ü"}]})
    assert decode(encode(event)) == event


def test_the_envelope_has_the_documented_names() -> None:
    assert set(json.loads(encode(an_event()))) == {
        "id",
        "type",
        "aggregateId",
        "aggregateVersion",
        "occurredAt",
        "schemaVersion",
        "correlationId",
        "causationId",
        "traceparent",
        "data",
    }


def test_the_routing_key_ends_in_the_schema_version() -> None:
    event = an_event("orders.order.reserved", schema_version=2)
    assert event.routing_key == "orders.order.reserved.v2"
    assert decode(encode(event)).routing_key == event.routing_key


def test_a_later_envelope_with_more_fields_is_read() -> None:
    event = an_event()
    assert decode(orjson.dumps({**orjson.loads(encode(event)), "tenant": "x"})) == event


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"id": 1}', b"\xff"])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(ContractError):
        decode(body)


def test_data_that_is_no_json_is_refused() -> None:
    event = Event(uuid7(), "a.b.c", uuid7(), 1, an_event().occurred_at, {"x": object()})  # type: ignore[dict-item]  # wrong by design
    with pytest.raises(ContractError):
        encode(event)
