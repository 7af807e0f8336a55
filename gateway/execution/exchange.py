"""What the server hands to the pipeline and gets back: plain values, no HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Header = tuple[bytes, bytes]
"""Lower-case name, value."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One GraphQL request after the transport's own decoding; `query` is the document's text."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class RequestContext:
    """What goes with a request through the engine.

    `headers` are sent to every subgraph (the server has applied its forwarding rules and put the
    identity in). `deadline` is a loop time in seconds. Subgraphs' `Set-Cookie` and other response
    headers that the rules let through are appended to `response_headers`.
    """

    headers: tuple[Header, ...] = ()
    deadline: float | None = None
    response_headers: list[Header] = field(default_factory=list)


class AnswerKind(StrEnum):
    """How far the request came: decides the HTTP status and the stream's end."""

    EXECUTED = "executed"
    """The body has a `data` key (perhaps null, perhaps beside errors)."""
    REQUEST_ERROR = "request_error"
    """Nothing was executed: parse, validation, operation name or variables; no `data` key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One GraphQL response: `body` is the JSON text as the client gets it."""

    kind: AnswerKind
    body: bytes
