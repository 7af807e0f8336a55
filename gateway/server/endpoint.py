"""`/graphql` (and `/graphql/stream`, which knows single-connection mode too): one ASGI callable for
HTTP and WebSocket, outside any middleware.

A hot HTTP request is: headers to a dict, body, JSON, the cached identity, the prepared operation,
the engine, one write.
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
from gateway.server.http_reader import RequestReader
from gateway.server.http_request import HttpRefused
from gateway.server.http_response import (
    error_body,
    http_refusal_body,
    internal_error,
    refusal_status,
    send_body,
    send_plain,
    status_of,
)
from gateway.server.identity import Identity
from gateway.server.media import SINGLE, STREAMS, Media, acceptable
from gateway.server.plan_exposure import BESIDE, DRY_RUN, plan_only, with_plan
from gateway.server.plan_exposure import HEADER as PLAN_HEADER
from gateway.server.serving import Serving
from gateway.server.single_stream import SingleStreams
from gateway.server.stream import Stream, StreamSource
from gateway.server.ws import SocketServer

logger = logging.getLogger(__name__)

ANSWERS = (*SINGLE, *STREAMS)
HTTP = "http"
POST_ONLY = (b"allow", b"POST")
CLIENT_LEFT = 499
"""Status in the log only: there is nobody to send it to."""


class GraphQLEndpoint:
    """The ASGI callable."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._sockets = SocketServer(serving)
        self._reader = RequestReader(serving.settings, serving.rules)
        self._streams = SingleStreams(serving, self._reader)
        self._disconnects = Disconnects()
        self._loop: asyncio.AbstractEventLoop | None = None
        settings = serving.settings
        self._path = settings.path
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
        except Exception:  # the process edge: logged whole, answered masked
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
            if call.scope["path"] != self._path and await self._streams.serve(call):
                return
            request = await self._reader.read(call)
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

    async def _run(self, call: Call, request: GraphQLRequest, accepted: tuple[Media, ...]) -> None:
        identity = await self._serving.callers.of_call(call)
        self._serving.admit(call.scope, call.headers, identity)
        prepared = self._serving.prepare(request)
        kind = prepared.kind
        call.operation = request.operation_name or kind
        media = self._media_for(kind, call.scope["method"], accepted)
        context = self._context(call, kind, identity)
        if media in STREAMS:
            answers = self._answers(kind, request, context)
            source = StreamSource(answers, kind, request, context, identity)
            await self._stream(call, media, source)
            return
        asked = call.headers.get(PLAN_HEADER) if self._exposes_plans else None
        if asked == DRY_RUN:
            answer = plan_only(prepared.plan)
        elif kind is OperationKind.QUERY:
            answer = await self._query(call, request, context)
        else:
            answer = await self._serving.engine.execute(request, context)
        if asked == BESIDE:
            answer = with_plan(answer, prepared.plan)
        call.response_headers.extend(context.response_headers)
        await self._send(call, status_of(answer, media, self._status_codes), answer.body, media)

    async def _run_batch(self, call: Call, requests: Sequence[GraphQLRequest]) -> None:
        """Run several operations beside each other; their answers are one JSON list."""
        identity = await self._serving.callers.of_call(call)
        call.operation = "(batch)"

        async def one(request: GraphQLRequest) -> bytes:
            try:
                self._serving.admit(call.scope, call.headers, identity)
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
        return self._one_answer(kind, request, context)

    async def _one_answer(
        self, kind: OperationKind, request: GraphQLRequest, context: RequestContext
    ) -> Answers:
        if kind is OperationKind.MUTATION:
            yield await self._serving.execute_to_its_end(request, context)
        else:
            yield await self._serving.engine.execute(request, context)

    async def _stream(self, call: Call, media: Media, source: StreamSource) -> None:
        stream = Stream(self._serving, call, media, source)
        self._serving.live.add(stream)
        try:
            await stream.run()
        finally:
            self._serving.live.remove(stream)

    async def _preflight(self, call: Call) -> None:
        call.response_headers.extend(self._serving.origins.preflight(call.headers))
        await send_plain(call, 204)

    async def _send(self, call: Call, status: int, body: bytes, media: Media = Media.JSON) -> None:
        call.status = status
        if len(body) >= self._compression_min_bytes and accepts_gzip(
            call.headers.get(b"accept-encoding", b"")
        ):
            body = await compressed(body)
            call.response_headers.extend(COMPRESSED)
        await send_body(call, status, media, body, call.response_headers)
