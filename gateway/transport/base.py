"""What every way to a subgraph looks like: `Transport`, what it answers and how it fails.

TransportError               a subgraph's answer did not arrive whole; `code` says how
├── ConnectFailed            SUBREQUEST_HTTP_ERROR          nobody listens, TLS refused
├── ConnectionLost           SUBREQUEST_HTTP_ERROR          closed before the answer's end
├── RequestTimedOut          SUBREQUEST_TIMEOUT             the deadline has passed
├── AnswerRefused            SUBREQUEST_HTTP_ERROR          a status that carries no GraphQL
└── AnswerMalformed          SUBREQUEST_MALFORMED_RESPONSE  not HTTP, not JSON, too large
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import NamedTuple, Protocol

from gateway.transport.headers import Header, OutgoingHeaders

HTTP_ERROR = "SUBREQUEST_HTTP_ERROR"
TIMEOUT = "SUBREQUEST_TIMEOUT"
MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"


class TransportError(Exception):
    """A subgraph could not be asked or did not answer.

    The message may be shown to clients: it names no address. What the system says is in the cause
    or in the log.
    """

    code = HTTP_ERROR


class ConnectFailed(TransportError):
    """No connection to the subgraph could be made."""


class ConnectionLost(TransportError):
    """The connection ended before the whole answer was there."""


class RequestTimedOut(TransportError):
    """The subgraph's time-out or the client's deadline has passed."""

    code = TIMEOUT


class AnswerRefused(TransportError):
    """The subgraph answered with a status that carries no GraphQL answer."""


class AnswerMalformed(TransportError):
    """What came back is not a GraphQL answer over HTTP, or is larger than allowed."""

    code = MALFORMED


class SubgraphResponse(NamedTuple):
    """One HTTP response: `body` is decoded from its content encoding, not yet parsed."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


class Transport(Protocol):
    """The way to one subgraph; owns its connections until `aclose`."""

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """Send one GraphQL request (JSON text); the future fails only with TransportError.

        `deadline` is a loop time in seconds; the subgraph's own time-out holds as well.
        `repeatable` (queries) allows a second sending when a kept-alive connection turns out to
        be closed. Cancelling the future ends the request on the wire.
        """
        ...

    def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """The answers of one subscription, parsed, until the subgraph completes it.

        Raises TransportError when the stream cannot be opened or breaks off. Closing the
        iterator (`aclose`) ends the subscription in the subgraph.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection; requests still running fail with ConnectionLost."""
        ...
