"""graphql-transport-ws as a state machine, frame by frame."""

import json

import pytest

from gateway.execution.exchange import GraphQLRequest
from gateway.server.documents import Documents
from gateway.server.http_request import RequestRules
from gateway.server.ws_protocol import (
    Close,
    CloseCode,
    Initialise,
    Reply,
    ServerProtocol,
    Start,
    Stop,
    close_reason,
)
from gateway.settings import Settings

RULES = RequestRules(max_json_depth=50, documents=Documents(Settings()))
INIT = '{"type":"connection_init"}'
SUBSCRIBE = '{"id":"1","type":"subscribe","payload":{"query":"{ hello }"}}'


def acknowledged() -> ServerProtocol:
    protocol = ServerProtocol(RULES)
    protocol.receive(INIT)
    protocol.acknowledge()
    return protocol


def code_of(event: object) -> CloseCode:
    assert isinstance(event, Close)
    return event.code


def test_a_connection_is_initialised_with_its_payload() -> None:
    protocol = ServerProtocol(RULES)
    event = protocol.receive('{"type":"connection_init","payload":{"token":"t"}}')
    assert event == Initialise({"token": "t"})
    assert json.loads(protocol.acknowledge()) == {"type": "connection_ack"}


def test_an_operation_starts_answers_and_completes() -> None:
    protocol = acknowledged()
    assert protocol.receive(SUBSCRIBE) == Start("1", GraphQLRequest("{ hello }"))
    assert json.loads(protocol.next("1", b'{"data":{}}') or "") == {
        "id": "1",
        "type": "next",
        "payload": {"data": {}},
    }
    assert json.loads(protocol.complete("1") or "") == {"id": "1", "type": "complete"}
    assert protocol.next("1", b"{}") is None
    assert protocol.complete("1") is None


def test_an_id_is_free_again_after_complete_and_after_error() -> None:
    protocol = acknowledged()
    protocol.receive(SUBSCRIBE)
    assert protocol.receive('{"id":"1","type":"complete"}') == Stop("1")
    assert isinstance(protocol.receive(SUBSCRIBE), Start)
    assert json.loads(protocol.error("1", [{"message": "no"}]) or "")["payload"] == [
        {"message": "no"}
    ]
    assert isinstance(protocol.receive(SUBSCRIBE), Start)


def test_a_complete_that_crossed_ours_is_ignored() -> None:
    assert acknowledged().receive('{"id":"9","type":"complete"}') is None


def test_a_ping_is_answered_before_and_after_the_acknowledgement() -> None:
    for protocol in (ServerProtocol(RULES), acknowledged()):
        assert protocol.receive('{"type":"ping"}') == Reply('{"type":"pong"}')
        assert protocol.receive('{"type":"ping","payload":{"a":1}}') == Reply(
            '{"type":"pong","payload":{"a":1}}'
        )
        assert protocol.receive('{"type":"pong"}') is None


def test_subscribing_before_the_acknowledgement_is_unauthorized() -> None:
    protocol = ServerProtocol(RULES)
    assert code_of(protocol.receive(SUBSCRIBE)) == 4401
    protocol.receive(INIT)
    assert code_of(protocol.receive(SUBSCRIBE)) == 4401


def test_an_id_in_use_is_refused() -> None:
    protocol = acknowledged()
    protocol.receive(SUBSCRIBE)
    assert protocol.receive(SUBSCRIBE) == Close(
        CloseCode.SUBSCRIBER_EXISTS, "Subscriber for 1 already exists"
    )


def test_initialising_twice_is_refused() -> None:
    assert code_of(acknowledged().receive(INIT)) == 4429


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        '{"type":"start"}',
        '{"type":7}',
        '{"type":"next","id":"1","payload":{}}',
        '{"type":"connection_init","payload":"token"}',
        '{"type":"ping","payload":"x"}',
        '{"type":"subscribe","payload":{"query":"{ hello }"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{ hello }"}}',
        '{"type":"subscribe","id":1,"payload":{"query":"{ hello }"}}',
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":{}}',
        '{"type":"subscribe","id":"1","payload":{"query":1}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":1}}',
        '{"type":"complete"}',
        '{"type":"ping","payload":' + '{"a":' * 60 + "1" + "}" * 61,
        "[" * 100_000,
    ],
)
def test_a_message_that_the_protocol_does_not_know_closes_with_4400(text: str) -> None:
    protocol = acknowledged() if '"subscribe"' in text else ServerProtocol(RULES)
    assert code_of(protocol.receive(text)) == 4400


def test_a_reason_fits_into_a_close_frame() -> None:
    reason = close_reason("ü" * 200)
    assert len(reason.encode()) <= 123
    assert set(reason) == {"ü"}
