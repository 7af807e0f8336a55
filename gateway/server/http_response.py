"""What the engine or the server says, in; HTTP status, headers and body out, and sent.

The default status codes are those that the `graphql-http` audit asks for; `StatusCodes.DRAFT` are
those of the GraphQL-over-HTTP draft. A client that asks for plain `application/json` gets 200 for
whatever is a well-formed GraphQL response: older clients read nothing else.
"""

from collections.abc import Iterable, Sequence

import msgspec

from gateway.errors import (
    INTERNAL_SERVER_ERROR,
    FormattedError,
    IdentityUnavailable,
    LimitExceeded,
    ParseFailed,
    PersistedQueryNotFound,
    RateLimited,
)
from gateway.execution.exchange import Answer, AnswerKind, Header
from gateway.server.call import RESPOND, Call
from gateway.server.http_request import HttpRefused
from gateway.server.media import Media
from gateway.settings import StatusCodes

CONTENT_TYPES = {
    Media.JSON: b"application/json; charset=utf-8",
    Media.GRAPHQL_RESPONSE: b"application/graphql-response+json; charset=utf-8",
    Media.EVENT_STREAM: b"text/event-stream; charset=utf-8",
    Media.MULTIPART_SUBSCRIPTION: b'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
}

_ALWAYS = {IdentityUnavailable.code: 503, RateLimited.code: 429}
"""Codes that are no well-formed answer for any client."""
_SYNTAX = (ParseFailed.code, PersistedQueryNotFound.code, LimitExceeded.code)
NO_CONTENT = 204
PARTIAL_SUCCESS = 294
UNPROCESSABLE = 422


def status_of(answer: Answer, media: Media, codes: StatusCodes) -> int:
    """The status of an answer that came from the engine."""
    if answer.kind is AnswerKind.REQUEST_ERROR:
        if media is Media.JSON:
            return 200
        return 400 if codes is StatusCodes.AUDIT else UNPROCESSABLE
    if codes is StatusCodes.DRAFT and media is not Media.JSON and _has_errors(answer.body):
        return PARTIAL_SUCCESS
    return 200


def refusal_status(code: str, media: Media, codes: StatusCodes) -> int:
    """The status of a request that was refused with errors of `code`."""
    if code in _ALWAYS:
        return _ALWAYS[code]
    if media is Media.JSON:
        return 200
    return 400 if codes is StatusCodes.AUDIT or code in _SYNTAX else UNPROCESSABLE


def error_body(errors: Sequence[FormattedError]) -> bytes:
    """A GraphQL response without data."""
    return msgspec.json.encode({"errors": errors})


def http_refusal_body(refused: HttpRefused) -> bytes:
    """The body that goes with an HTTP status: the same shape as any GraphQL error."""
    return error_body([{"message": refused.message, "extensions": {"code": refused.code}}])


def internal_error(request_id: str) -> FormattedError:
    """What a client learns of a fault of ours: nothing but where to find it in the log."""
    return {
        "message": "Internal server error; the request id finds it in the server's log.",
        "extensions": {"code": INTERNAL_SERVER_ERROR, "requestId": request_id},
    }


async def send_body(
    call: Call, status: int, media: Media, body: bytes, headers: Iterable[Header] = ()
) -> None:
    """Send one whole response, in one write where the server can do that."""
    all_headers = [
        (b"content-type", CONTENT_TYPES[media]),
        (b"content-length", b"%d" % len(body)),
        *headers,
    ]
    respond = call.scope.get(RESPOND)
    if respond is not None and respond(status, all_headers, body):
        return
    await call.send({"type": "http.response.start", "status": status, "headers": all_headers})
    await call.send({"type": "http.response.body", "body": body})


async def send_plain(call: Call, status: int, body: bytes = b"") -> None:
    """Send a response that is no GraphQL."""
    call.status = status
    headers = [*call.response_headers]
    if status != NO_CONTENT:
        headers += [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await call.send({"type": "http.response.start", "status": status, "headers": headers})
    await call.send({"type": "http.response.body", "body": body})


def _has_errors(body: bytes) -> bool:
    return b'"errors"' in body and "errors" in msgspec.json.decode(body)
