"""Server-sent events in single-connection mode: all of a client's operations on one stream.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. A client reserves a stream (PUT,
answered with a token), opens it (GET), starts operations (POST, each named by
`extensions.operationId`, answered 202) and ends them (DELETE). Browsers allow few connections to
one host; this mode needs one.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from urllib.parse import parse_qs

import msgspec

from gateway.errors import FormattedError
from gateway.execution.exchange import GraphQLRequest
from gateway.server.call import Call
from gateway.server.http_reader import RequestReader
from gateway.server.http_request import HttpRefused, bad_request
from gateway.server.http_response import CONTENT_TYPES, error_body, send_plain
from gateway.server.identity import Identity
from gateway.server.kept_identity import KeptIdentity
from gateway.server.live import Ending
from gateway.server.media import Media
from gateway.server.open_response import SESSION_ENDED, OpenResponse
from gateway.server.operations import Operations
from gateway.server.serving import Serving

METHODS = ("GET", "POST", "DELETE")
TOKEN_HEADER = b"x-graphql-event-stream-token"
MAX_RESERVED = 10_000
"""Streams that are reserved and not opened yet; the oldest is forgotten."""
MAX_WAITING_FRAMES = 64
"""Frames that wait for a slow client; its operations wait behind them."""
HEARTBEAT = b":\n\n"


class SingleStream:
    """One open stream; a `LiveConnection`, and the `Output` of its operations."""

    def __init__(self, serving: Serving, call: Call, identity: Identity) -> None:
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING_FRAMES)
        self._active: set[str] = set()
        self._operations = Operations(serving, call.scope, self)
        self._background: set[asyncio.Task[None]] = set()
        self._response = OpenResponse(
            call,
            CONTENT_TYPES[Media.EVENT_STREAM],
            HEARTBEAT,
            serving.settings.stream_heartbeat_seconds,
        )
        self._identity = KeptIdentity(
            identity,
            lambda: serving.callers.of_request(call.headers),
            self._operations.use_identity,
            lambda: self.end(Ending.SESSION_ENDED),
        )

    @property
    def session_id(self) -> str | None:
        """The session that the stream was opened in."""
        return self._identity.identity.session_id

    def belongs_to(self, identity: Identity) -> bool:
        """Whether a request may use the stream: it is of the client that opened it."""
        return self._identity.identity.is_same_as(identity)

    def recheck(self) -> None:
        """Ask the exchange again who the client is."""
        self._identity.renew()

    def end(self, ending: Ending) -> None:
        """Tell the client what becomes of its operations, and close the stream."""
        task = asyncio.create_task(self._end(ending))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def engine_replaced(self) -> None:
        """End the operations that the new engine refuses."""
        task = asyncio.create_task(self._operations.end_outdated())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def start(self, operation_id: str, request: GraphQLRequest) -> None:
        """Run an operation; raises HttpRefused where its id is in use."""
        if operation_id in self._active:
            raise HttpRefused(409, "OPERATION_EXISTS", f'Operation "{operation_id}" is running.')
        self._active.add(operation_id)
        await self._operations.start(operation_id, request, self._identity.identity)

    def stop(self, operation_id: str) -> None:
        """End an operation; a no-op where there is none."""
        self._active.discard(operation_id)
        self._operations.stop(operation_id)

    async def run(self) -> None:
        """Send frames until the client or the server ends the stream."""
        try:
            if await self._response.run(HEARTBEAT, self._send_frames()):
                while not self._frames.empty():
                    await self._response.send(self._frames.get_nowait())
                await self._response.send(b"", more=False)
        finally:
            self._identity.close()
            await self._operations.aclose()

    async def next(self, operation_id: str, body: bytes) -> None:
        """As `Output.next`."""
        if operation_id in self._active:
            id_text = msgspec.json.encode(operation_id)
            frame = b'event: next\ndata: {"id":%b,"payload":%b}\n\n' % (id_text, body)
            await self._frames.put(frame)

    async def error(self, operation_id: str, errors: Sequence[FormattedError]) -> None:
        """As `Output.error`: a response without data, then the end."""
        await self.next(operation_id, error_body(errors))
        await self.complete(operation_id)

    async def complete(self, operation_id: str) -> None:
        """As `Output.complete`."""
        if operation_id in self._active:
            self._active.discard(operation_id)
            frame = b'event: complete\ndata: {"id":%b}\n\n' % msgspec.json.encode(operation_id)
            await self._frames.put(frame)

    async def _send_frames(self) -> None:
        while True:
            await self._response.send(await self._frames.get())

    async def _end(self, ending: Ending) -> None:
        for operation_id in list(self._active):
            if ending is Ending.SESSION_ENDED:
                await self.error(operation_id, SESSION_ENDED)
            else:
                await self.complete(operation_id)
        self._response.stop()


class SingleStreams:
    """The streams of this process, by token."""

    def __init__(self, serving: Serving, reader: RequestReader) -> None:
        self._serving = serving
        self._reader = reader
        self._reserved: OrderedDict[str, None] = OrderedDict()
        self._open: dict[str, SingleStream] = {}

    async def serve(self, call: Call) -> bool:
        """Answer a request of this mode; False where it is none. Raises HttpRefused."""
        method = call.scope["method"]
        if method == "PUT":
            await send_plain(call, 201, self._reserve().encode("ascii"))
            return True
        token = token_of(call)
        if token is None or method not in METHODS:
            return False
        identity = await self._serving.callers.of_call(call)
        if method == "GET":
            await self._open_stream(token, call, identity)
            return True
        stream = self._open.get(token)
        if stream is None or not stream.belongs_to(identity):
            raise HttpRefused(404, "STREAM_UNKNOWN", "No stream is open under this token.")
        if method == "DELETE":
            stream.stop(operation_id_of(call, None))
            await send_plain(call, 200)
            return True
        request = await self._reader.read(call)
        if not isinstance(request, GraphQLRequest):
            raise bad_request("Batches are not accepted on a single connection.")
        await stream.start(operation_id_of(call, request), request)
        await send_plain(call, 202)
        return True

    def _reserve(self) -> str:
        """A token with which one stream can be opened."""
        token = secrets.token_urlsafe(24)
        self._reserved[token] = None
        if len(self._reserved) > MAX_RESERVED:
            self._reserved.popitem(last=False)
        return token

    async def _open_stream(self, token: str, call: Call, identity: Identity) -> None:
        if token in self._open:
            raise HttpRefused(409, "STREAM_OPEN", "The stream of this token is open already.")
        if token not in self._reserved:
            raise HttpRefused(404, "STREAM_UNKNOWN", "No stream is reserved under this token.")
        del self._reserved[token]
        stream = self._open[token] = SingleStream(self._serving, call, identity)
        self._serving.live.add(stream)
        try:
            await stream.run()
        finally:
            self._serving.live.remove(stream)
            del self._open[token]


def token_of(call: Call) -> str | None:
    """The stream's token that a request brings, in its header or (an EventSource) in its URL."""
    header = call.headers.get(TOKEN_HEADER)
    if header is not None:
        return header.decode("latin-1")
    return _parameter(call, "token")


def operation_id_of(call: Call, request: GraphQLRequest | None) -> str:
    """The operation that a request starts (or, without one, ends); raises HttpRefused."""
    operation_id: object = _parameter(call, "operationId")
    if request is not None:
        operation_id = request.extensions.get("operationId")
    if not isinstance(operation_id, str) or not operation_id:
        raise bad_request('"operationId" must name the operation.')
    return operation_id


def _parameter(call: Call, name: str) -> str | None:
    values = parse_qs(call.scope["query_string"].decode("latin-1")).get(name)
    return values[0] if values else None
