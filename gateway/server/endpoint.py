"""`/graphql` (and `/graphql/stream`, which knows single-connection mode too): one ASGI callable for
HTTP and WebSocket, outside any middleware.

A hot HTTP request is: headers to a dict, body, JSON, the prepared operation, the cached identity,
the engine, two sends.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence

from gateway.errors import RateLimited, RequestRefused
from gateway.execution.exchange import Answer, GraphQLRequest, RequestContext
from gateway.planner.plan import OperationKind
from gateway.server.access_log import log_call
from gateway.server.call import REQUEST_ID, Call, Receive, Scope, Send, request_id_of
from gateway.server.compression import HEADERS as COMPRESSED
from gateway.server.compression import accepts_gzip, compressed
from gateway.server.disconnects import ClientLeft, Disconnects
from gateway.server.engine import Answers
from gateway.server.http_body import read_body
from gateway.server.http_request import HttpRefused, bad_request, decode_get, decode_post
from gateway.server.http_response import (
    error_body,
    http_refusal_body,
    internal_error,
    refusal_status,
    send_body,
    status_of,
)
from gateway.server.identity import Identity
from gateway.server.media import SINGLE, STREAMS, Media, acceptable
from gateway.server.plan_exposure import ASKED, DRY_RUN, plan_only, with_plan
from gateway.server.plan_exposure import HEADER as PLAN_HEADER
from gateway.server.serving import Serving
from gateway.server.single_stream import SingleStreams, operation_id_of, token_of
from gateway.server.stream import Stream, StreamSource
from gateway.server.ws import SocketServer

logger = logging.getLogger(__name__)

ALLOWED = (b"allow", b"GET, POST, OPTIONS")
ANSWERS = (*SINGLE, *STREAMS)
HTTP = "http"
NO_CONTENT = 204
POST_ONLY = (b"allow", b"POST")
CLIENT_LEFT = 499
"""Status in the log only: there is nobody to send it to."""


class GraphQLEndpoint:
    """The ASGI callable."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._sockets = SocketServer(serving)
        self._streams = SingleStreams(serving)
        self._disconnects = Disconnects()
        self._loop: asyncio.AbstractEventLoop | None = None
        settings = serving.settings
        self._path = settings.path
        self._max_body_bytes = settings.max_body_bytes
        self._max_header_bytes = settings.max_header_bytes
        self._rules = serving.rules
        self._compression_min_bytes = settings.compression_min_bytes or sys.maxsize
        self._timeout_seconds = settings.request_timeout_seconds
        self._status_codes = settings.status_codes
        self._exposes_plans = settings.expose_query_plan
        self._access_log = settings.access_log
        self._observe = serving.metrics.observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request or one socket."""
        headers = dict(scope["headers"])
        if scope["type"] == "websocket":
            await self._sockets.serve(scope, receive, send)
            return
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()  # asking each time costs as much as JSON
        started = loop.time()
        call = Call(scope, receive, send, headers, request_id_of(headers), started)
        call.response_headers.append((REQUEST_ID, call.request_id.encode("ascii")))
        if b"origin" in headers:
            call.response_headers.extend(self._serving.origins.response_headers(headers))
        try:
            await self._answer(call)
        except ClientLeft:
            call.status = CLIENT_LEFT
        except Exception:
            logger.exception("request %s failed", call.request_id)
            if not call.status:
                await self._send(call, 500, error_body([internal_error(call.request_id)]))
        finally:
            seconds = loop.time() - started
            self._observe(HTTP, call.operation, str(call.status), seconds)
            if self._access_log:
                log_call(call, seconds)

    async def _answer(self, call: Call) -> None:
        media = SINGLE[0]
        try:
            accepted = acceptable(call.headers.get(b"accept"))
            media = next((each for each in accepted if each in SINGLE), Media.GRAPHQL_RESPONSE)
            if call.scope["method"] == "OPTIONS":
                await self._preflight(call)
                return
            if call.scope["path"] != self._path and await self._single_stream(call):
                return
            request = await self._request(call)
            if isinstance(request, GraphQLRequest):
                await self._run(call, request, accepted)
            else:
                await self._run_batch(call, request)
        except HttpRefused as refused:
            call.response_headers.extend(refused.headers)
            await self._send(call, refused.status, http_refusal_body(refused), media)
        except RequestRefused as refused:
            if isinstance(refused, RateLimited):
                call.response_headers.append((b"retry-after", b"%d" % refused.retry_after_seconds))
            status = refusal_status(refused.code, media, self._status_codes)
            await self._send(call, status, error_body(refused.errors), media)

    async def _request(self, call: Call) -> GraphQLRequest | Sequence[GraphQLRequest]:
        """The decoded request, or batch of requests; raises HttpRefused."""
        headers = call.headers
        if sum(map(len, headers)) + sum(map(len, headers.values())) > self._max_header_bytes:
            raise HttpRefused(
                431,
                "HEADERS_TOO_LARGE",
                f"The headers have more than {self._max_header_bytes} bytes; send fewer.",
            )
        method = call.scope["method"]
        if method == "POST":
            body = await read_body(call, self._max_body_bytes, self._timeout_seconds)
            return decode_post(headers.get(b"content-type"), body, self._rules)
        if method == "GET":
            return decode_get(call.scope["query_string"], self._rules)
        raise HttpRefused(
            405, "METHOD_NOT_ALLOWED", f"{method} is not served; send GET or POST.", (ALLOWED,)
        )

    async def _single_stream(self, call: Call) -> bool:
        """Serve a request of single-connection mode; False where it is none."""
        method = call.scope["method"]
        if method == "PUT":
            token = self._streams.reserve().encode("ascii")
            await self._send_plain(call, 201, token)
            return True
        stream_token = token_of(call)
        if stream_token is None or method not in ("GET", "POST", "DELETE"):
            return False
        callers = self._serving.callers
        identity = callers.cached(call.headers) or await callers.of_request(call.headers)
        if method == "GET":
            await self._streams.open(stream_token, call, identity)
            return True
        stream = self._streams.of(stream_token, identity)
        if method == "POST":
            request = await self._request(call)
            if not isinstance(request, GraphQLRequest):
                raise bad_request("Batches are not accepted on a single connection.")
            await stream.start(operation_id_of(call, request), request)
            await self._send_plain(call, 202, b"")
        else:
            stream.stop(operation_id_of(call, None))
            await self._send_plain(call, 200, b"")
        return True

    async def _run(self, call: Call, request: GraphQLRequest, accepted: tuple[Media, ...]) -> None:
        identity = await self._admitted(call)
        prepared = self._serving.prepare(request)
        kind = prepared.kind
        call.operation = request.operation_name or kind
        media = self._media_for(kind, call.scope["method"], accepted)
        context = self._context(call, kind, identity)
        if media in STREAMS:
            answers = self._answers(kind, request, context)
            await self._stream(call, media, StreamSource(answers, request, context, identity))
            return
        asked = call.headers.get(PLAN_HEADER) if self._exposes_plans else None
        if asked == DRY_RUN:
            answer = plan_only(prepared.plan)
        elif kind is OperationKind.QUERY:
            answer = await self._query(call, request, context)
        else:
            answer = await self._serving.engine.execute(request, context)
        if asked in ASKED and asked != DRY_RUN:
            answer = with_plan(answer, prepared.plan)
        call.response_headers.extend(context.response_headers)
        await self._send(call, status_of(answer, media, self._status_codes), answer.body, media)

    async def _run_batch(self, call: Call, requests: Sequence[GraphQLRequest]) -> None:
        """Run several operations beside each other; their answers are one JSON list."""
        identity = await self._admitted(call)
        call.operation = "(batch)"

        async def one(request: GraphQLRequest) -> bytes:
            try:
                kind = self._serving.prepare(request).kind
                context = self._context(call, kind, identity)
                answer = await self._serving.engine.execute(request, context)
            except RequestRefused as refused:
                return error_body(refused.errors)
            call.response_headers.extend(context.response_headers)
            return answer.body

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(request)) for request in requests]
        await self._send(call, 200, b"[%b]" % b",".join(task.result() for task in tasks))

    async def _admitted(self, call: Call) -> Identity:
        """Who asks, if that client may ask now. Raises IdentityUnavailable, RateLimited."""
        callers = self._serving.callers
        identity = callers.cached(call.headers) or await callers.of_request(call.headers)
        self._serving.admit(call.scope, call.headers, identity)
        return identity

    def _context(self, call: Call, kind: OperationKind, identity: Identity) -> RequestContext:
        callers = self._serving.callers
        headers = callers.headers_for_subgraphs(call.scope["headers"], identity)
        if kind is OperationKind.MUTATION:
            headers += callers.headers_for_mutations(call.scope)
        return RequestContext(headers, call.started + self._timeout_seconds)

    @staticmethod
    def _media_for(kind: OperationKind, method: str, accepted: tuple[Media, ...]) -> Media:
        """How the operation is answered; raises HttpRefused."""
        if kind is OperationKind.MUTATION and method == "GET":
            raise HttpRefused(405, "METHOD_NOT_ALLOWED", "Mutations need POST.", (POST_ONLY,))
        offered = STREAMS if kind is OperationKind.SUBSCRIPTION else ANSWERS
        for media in accepted:
            if media in offered:
                return media
        raise HttpRefused(
            406,
            "NOT_ACCEPTABLE",
            f"A {kind.value} is answered as {' or '.join(offered)}: accept one.",
        )

    async def _query(self, call: Call, request: GraphQLRequest, context: RequestContext) -> Answer:
        """Run a query for as long as its client waits; raises ClientLeft."""
        task = self._disconnects.start(call.receive, call.started)
        try:
            return await self._serving.engine.execute(request, context)
        except asyncio.CancelledError:
            if self._disconnects.has_left(task):
                raise ClientLeft from None
            raise
        finally:
            self._disconnects.finish(task)

    def _answers(
        self, kind: OperationKind, request: GraphQLRequest, context: RequestContext
    ) -> Answers:
        if kind is OperationKind.SUBSCRIPTION:
            context.deadline = None
            return self._serving.engine.subscribe(request, context)
        return self._one_answer(request, context)

    async def _one_answer(self, request: GraphQLRequest, context: RequestContext) -> Answers:
        yield await self._serving.execute_to_its_end(request, context)

    async def _stream(self, call: Call, media: Media, source: StreamSource) -> None:
        stream = Stream(self._serving, call, media, source)
        self._serving.live.add(stream)
        try:
            await stream.run()
        finally:
            self._serving.live.remove(stream)

    async def _preflight(self, call: Call) -> None:
        call.response_headers.extend(self._serving.origins.preflight(call.headers))
        await self._send_plain(call, 204, b"")

    @staticmethod
    async def _send_plain(call: Call, status: int, body: bytes) -> None:
        """An answer that is no GraphQL response."""
        call.status = status
        headers = [*call.response_headers]
        if status != NO_CONTENT:
            headers += [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
        await call.send({"type": "http.response.start", "status": status, "headers": headers})
        await call.send({"type": "http.response.body", "body": body})

    async def _send(self, call: Call, status: int, body: bytes, media: Media = Media.JSON) -> None:
        call.status = status
        if len(body) >= self._compression_min_bytes and accepts_gzip(
            call.headers.get(b"accept-encoding", b"")
        ):
            body = await compressed(body)
            call.response_headers.extend(COMPRESSED)
        await send_body(call, status, media, body, call.response_headers)
