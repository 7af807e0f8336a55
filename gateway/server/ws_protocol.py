"""graphql-transport-ws without I/O: a client's text frames in, what to do about them out.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The driver (`ws`) feeds every text
frame to `receive` and does what the returned event says; what it sends itself it gets from
`acknowledge`, `next`, `error` and `complete`, which return the frame's text, or None where nothing
may be sent any more. The connection has two states, before and after the acknowledgement; ids in
`active` are those of running operations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import msgspec

from gateway.errors import FormattedError, RequestRefused
from gateway.execution.exchange import GraphQLRequest
from gateway.server.http_request import HttpRefused, RequestRules, parse_json, request_of

SUBPROTOCOL = "graphql-transport-ws"
MAX_REASON_BYTES = 123
"""A close frame has no room for more (RFC 6455, 5.5)."""


class CloseCode(IntEnum):
    """Why the server closes a socket."""

    GOING_AWAY = 1001
    INTERNAL_ERROR = 1011
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429


@dataclass(frozen=True, slots=True)
class Initialise:
    """The client says who it is: check it, then send `acknowledge()` or close."""

    payload: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Start:
    """Run an operation; its answers go out under `id`."""

    id: str
    request: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Stop:
    """The client wants no more answers of `id`."""

    id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket."""

    code: CloseCode
    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Send `error(id, errors)`: the operation is not run."""

    id: str
    errors: Sequence[FormattedError]


Event = Initialise | Start | Stop | Reply | Refuse | Close | None
"""None: nothing to do."""


class ServerProtocol:
    """One connection's side of the protocol."""

    def __init__(self, rules: RequestRules) -> None:
        self._rules = rules
        self._initialised = False
        self.acknowledged = False
        self.active: set[str] = set()

    def receive(self, text: str) -> Event:
        """What a text frame of the client asks for."""
        try:
            message = parse_json(text, self._rules.max_json_depth)
        except ValueError as error:
            return _bad(f"Invalid message: it is not acceptable JSON ({error})")
        if not isinstance(message, dict):
            return _bad("Invalid message: it must be a JSON object")
        match message.get("type"):
            case "connection_init":
                return self._connection_init(message)
            case "subscribe":
                return self._subscribe(message)
            case "complete":
                return self._complete(message)
            case "ping":
                return _ping(message)
            case "pong":
                return None
            case other:
                return _bad(f'Invalid message: unknown type "{other}"')

    def acknowledge(self) -> str:
        """The `connection_ack` frame; operations may start from here on."""
        self.acknowledged = True
        return '{"type":"connection_ack"}'

    def next(self, operation_id: str, body: bytes) -> str | None:
        """A `next` frame around a response's JSON text."""
        if operation_id not in self.active:
            return None
        return f'{{"id":{_quoted(operation_id)},"type":"next","payload":{body.decode()}}}'

    def error(self, operation_id: str, errors: Sequence[FormattedError]) -> str | None:
        """An `error` frame: the operation never ran, and `id` is free again."""
        if operation_id not in self.active:
            return None
        self.active.discard(operation_id)
        return msgspec.json.encode(
            {"id": operation_id, "type": "error", "payload": errors}
        ).decode()

    def complete(self, operation_id: str) -> str | None:
        """A `complete` frame: the operation is over, and `id` is free again."""
        if operation_id not in self.active:
            return None
        self.active.discard(operation_id)
        return f'{{"id":{_quoted(operation_id)},"type":"complete"}}'

    @staticmethod
    def ping() -> str:
        """A `ping` frame."""
        return '{"type":"ping"}'

    def _connection_init(self, message: Mapping[str, object]) -> Event:
        if self._initialised:
            return Close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        payload = message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            return _bad('Invalid connection_init: "payload" must be an object')
        self._initialised = True
        return Initialise(payload)

    def _subscribe(self, message: Mapping[str, object]) -> Event:
        operation_id, payload = message.get("id"), message.get("payload")
        if not isinstance(operation_id, str) or not operation_id:
            return _bad('Invalid subscribe: "id" must be a string that is not empty')
        if not isinstance(payload, dict):
            return _bad('Invalid subscribe: "payload" must be an object')
        if not self.acknowledged:
            return Close(CloseCode.UNAUTHORIZED, "Unauthorized")
        if operation_id in self.active:
            reason = f"Subscriber for {operation_id} already exists"
            return Close(CloseCode.SUBSCRIBER_EXISTS, reason)
        try:
            request = request_of(payload, self._rules.documents)
        except HttpRefused as refused:
            return _bad(f"Invalid subscribe: {refused.message}")
        except RequestRefused as refused:
            self.active.add(operation_id)
            return Refuse(operation_id, refused.errors)
        self.active.add(operation_id)
        return Start(operation_id, request)

    def _complete(self, message: Mapping[str, object]) -> Event:
        operation_id = message.get("id")
        if not isinstance(operation_id, str) or not operation_id:
            return _bad('Invalid complete: "id" must be a string that is not empty')
        if operation_id not in self.active:
            return None  # it crossed our own `complete` on the way
        self.active.discard(operation_id)
        return Stop(operation_id)


def close_reason(reason: str) -> str:
    """`reason`, cut to what a close frame can hold."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


def _ping(message: Mapping[str, object]) -> Event:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        return _bad('Invalid ping: "payload" must be an object')
    pong: dict[str, object] = {"type": "pong"}
    if payload is not None:
        pong["payload"] = payload
    return Reply(msgspec.json.encode(pong).decode())


def _bad(reason: str) -> Close:
    return Close(CloseCode.BAD_MESSAGE, reason)


def _quoted(operation_id: str) -> str:
    return msgspec.json.encode(operation_id).decode()
