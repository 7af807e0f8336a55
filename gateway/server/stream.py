"""A subscription's answers in; one HTTP response that stays open, out: SSE or multipart.

Server-sent events are the distinct-connections mode of
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md; multipart is Apollo's protocol for
subscriptions over HTTP, with the boundary sent right after each part, so that a client need not
wait for the next one to know that a part is whole.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from gateway.errors import FormattedError, RequestRefused
from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.planner.plan import OperationKind
from gateway.server.call import Call
from gateway.server.engine import Answers
from gateway.server.http_response import CONTENT_TYPES, error_body, internal_error
from gateway.server.identity import Identity
from gateway.server.kept_identity import KeptIdentity
from gateway.server.live import Ending
from gateway.server.media import Media
from gateway.server.open_response import SESSION_ENDED, OpenResponse
from gateway.server.serving import Serving, refusal_after_reload

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Framing:
    """How the parts of a stream are written."""

    opening: bytes
    before: bytes
    after: bytes
    heartbeat: bytes
    closing: bytes

    def event(self, body: bytes) -> bytes:
        """The bytes of one response; its JSON text has no line breaks."""
        return self.before + body + self.after


_PART = b"\r\ncontent-type: application/json\r\n\r\n"
_BOUNDARY = b"\r\n--graphql"
FRAMINGS = {
    Media.EVENT_STREAM: Framing(
        opening=b":\n\n",
        before=b"event: next\ndata: ",
        after=b"\n\n",
        heartbeat=b":\n\n",
        closing=b"event: complete\ndata: \n\n",
    ),
    Media.MULTIPART_SUBSCRIPTION: Framing(
        opening=b"--graphql",
        before=_PART + b'{"payload":',
        after=b"}" + _BOUNDARY,
        heartbeat=_PART + b"{}" + _BOUNDARY,
        closing=b"--\r\n",
    ),
}


@dataclass(frozen=True, slots=True)
class StreamSource:
    """What a stream sends, and for whom."""

    answers: Answers
    kind: OperationKind
    request: GraphQLRequest
    context: RequestContext
    identity: Identity


class Stream:
    """One subscription on one open response; a `LiveConnection`."""

    def __init__(self, serving: Serving, call: Call, media: Media, source: StreamSource) -> None:
        self._serving = serving
        self._call = call
        self._framing = FRAMINGS[media]
        self._source = source
        self._errors: Sequence[FormattedError] = ()
        self._response = OpenResponse(
            call,
            CONTENT_TYPES[media],
            self._framing.heartbeat,
            serving.settings.stream_heartbeat_seconds,
        )
        self._identity = KeptIdentity(
            source.identity,
            lambda: serving.callers.of_request(call.headers),
            self._renewed,
            lambda: self.end(Ending.SESSION_ENDED),
        )

    @property
    def session_id(self) -> str | None:
        """The session that the stream was opened in."""
        return self._identity.identity.session_id

    def recheck(self) -> None:
        """Ask the exchange again who the client is."""
        self._identity.renew()

    def end(self, ending: Ending) -> None:
        """Tell the client in a last event where its session has ended, and complete."""
        if ending is Ending.SESSION_ENDED:
            self._errors = SESSION_ENDED
        self._response.stop()

    def engine_replaced(self) -> None:
        """End with an event that says why, where the new engine refuses the subscription."""
        if self._source.kind is not OperationKind.SUBSCRIPTION:
            return  # it finishes on the engine that it began on
        errors = refusal_after_reload(self._serving.engine, self._source.request)
        if errors:
            self._errors = errors
            self._response.stop()

    async def run(self) -> None:
        """Send answers until the subscription, the client or the server ends it."""
        framing, response = self._framing, self._response
        try:
            if await response.run(framing.opening, self._send_answers()):
                if self._errors:
                    await response.send(framing.event(error_body(self._errors)))
                await response.send(framing.closing, more=False)
        finally:
            self._identity.close()

    async def _send_answers(self) -> None:
        try:
            async with aclosing(self._source.answers) as answers:
                async for answer in answers:
                    await self._response.send(self._framing.event(answer.body))
        except RequestRefused as refused:
            self._errors = refused.errors
        except Exception:  # the head is sent: the error has to go into the stream
            logger.exception("request %s failed in its stream", self._call.request_id)
            self._errors = [internal_error(self._call.request_id)]

    def _renewed(self, identity: Identity) -> None:
        self._source.context.headers = self._serving.callers.headers_for_subgraphs(
            self._call.scope["headers"], identity
        )
