"""One HTTP request while it is answered, and where its answer goes."""

import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from gateway.execution.exchange import Header

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

REQUEST_ID = b"x-request-id"
RESPOND = "gateway.respond"
"""Key in an HTTP scope: a function of status, headers and body that sends a response in one write
and returns True, or returns False where that cannot be done now. Other servers have none."""

_ACCEPTABLE_ID = re.compile(rb"[\w.:/+=-]{1,128}")
_PROCESS = secrets.token_hex(5)
_NUMBERS = itertools.count(1)


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """The client's `X-Request-Id` where it is fit for a log, else one unique to this request."""
    sent = headers.get(REQUEST_ID)
    if sent is not None and _ACCEPTABLE_ID.fullmatch(sent):
        return sent.decode("ascii")
    return f"{_PROCESS}-{next(_NUMBERS):x}"


@dataclass(slots=True)
class Call:
    """What is known of a request; the rest is filled in on the way, for the access log."""

    scope: Scope
    receive: Receive
    send: Send
    headers: Mapping[bytes, bytes]
    request_id: str
    started: float
    """Loop time."""
    status: int = 0
    operation: str = ""
    response_headers: list[Header] = field(default_factory=list)
    """Sent with every answer: request id, CORS."""
