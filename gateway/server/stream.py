"""A subscription's answers in; one HTTP response that stays open, out: SSE or multipart.

Server-sent events are the distinct-connections mode of
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md; multipart is Apollo's protocol for
subscriptions over HTTP, with the boundary sent right after each part, so that a client need not
wait for the next one to know that a part is whole.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from gateway.errors import FormattedError, RequestRefused
from gateway.execution.exchange import GraphQLRequest, Header, RequestContext
from gateway.server.call import Call
from gateway.server.engine import Answers
from gateway.server.http_response import CONTENT_TYPES, error_body, internal_error
from gateway.server.identity import Identity
from gateway.server.kept_identity import KeptIdentity
from gateway.server.live import Ending
from gateway.server.media import Media
from gateway.server.serving import Serving, refusal_after_reload

logger = logging.getLogger(__name__)

UNBUFFERED: tuple[Header, ...] = (
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)


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
    request: GraphQLRequest
    context: RequestContext
    identity: Identity


class Stream:
    """One open response; a `LiveConnection`."""

    def __init__(self, serving: Serving, call: Call, media: Media, source: StreamSource) -> None:
        self._serving = serving
        self._callers = serving.callers
        self._heartbeat_seconds = serving.settings.stream_heartbeat_seconds
        self._call = call
        self._media = media
        self._framing = FRAMINGS[media]
        self._source = source
        self._pump: asyncio.Task[None] | None = None
        self._errors: Sequence[FormattedError] = ()
        self._identity = KeptIdentity(
            source.identity,
            lambda: self._callers.of_request(call.headers),
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
            self._errors = [
                {"message": "The session has ended.", "extensions": {"code": "SESSION_ENDED"}}
            ]
        if self._pump is not None:
            self._pump.cancel()

    def engine_replaced(self) -> None:
        """End with an event that says why, where the new engine refuses the subscription."""
        errors = refusal_after_reload(self._serving.engine, self._source.request)
        if errors and self._pump is not None:
            self._errors = errors
            self._pump.cancel()

    async def run(self) -> None:
        """Send answers until the subscription, the client or the server ends it."""
        call = self._call
        call.status = 200
        headers = [
            (b"content-type", CONTENT_TYPES[self._media]),
            *UNBUFFERED,
            *call.response_headers,
        ]
        await call.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send(self._framing.opening)
        self._pump = asyncio.create_task(self._send_answers())
        watch = asyncio.create_task(self._watch(self._pump))
        beat = asyncio.create_task(self._beat())
        try:
            await asyncio.wait([self._pump])
            if not watch.done():
                await self._close()
        finally:
            for task in (self._pump, watch, beat):
                task.cancel()
            self._identity.close()
            await asyncio.gather(self._pump, watch, beat, return_exceptions=True)

    async def _send_answers(self) -> None:
        try:
            async with aclosing(self._source.answers) as answers:
                async for answer in answers:
                    await self._send(self._framing.event(answer.body))
        except RequestRefused as refused:
            self._errors = refused.errors
        except Exception:
            logger.exception("request %s failed in its stream", self._call.request_id)
            self._errors = [internal_error(self._call.request_id)]

    async def _close(self) -> None:
        if self._errors:
            await self._send(self._framing.event(error_body(self._errors)))
        await self._send(self._framing.closing, more=False)

    async def _watch(self, pump: "asyncio.Task[None]") -> None:
        while (await self._call.receive())["type"] != "http.disconnect":
            pass
        pump.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            await self._send(self._framing.heartbeat)

    async def _send(self, chunk: bytes, *, more: bool = True) -> None:
        await self._call.send({"type": "http.response.body", "body": chunk, "more_body": more})

    def _renewed(self, identity: Identity) -> None:
        self._source.context.headers = self._callers.headers_for_subgraphs(
            self._call.scope["headers"], identity
        )
