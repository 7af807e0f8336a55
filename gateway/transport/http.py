"""GraphQL requests over HTTP/1.1: a pool of keep-alive connections to one subgraph.

Written for this one use, because the client is most of what a small request costs: no task, no
timer and no pipelining per call. A call is a future that the connection's parser completes; one
coarse timer per subgraph, armed only while calls are under way, ends those that are late.
"""

import asyncio
import logging
import ssl
from collections import deque
from typing import Final

from gateway.transport.base import (
    ConnectFailed,
    ConnectionLost,
    RequestTimedOut,
    SubgraphResponse,
)
from gateway.transport.headers import OutgoingHeaders
from gateway.transport.http_connection import Call, Connection, Head
from gateway.transport.settings import Address, SubgraphSettings

logger = logging.getLogger(__name__)

FRESH_SECONDS: Final = 1.0
"""A request that must not be sent twice takes only a connection that was in use this recently."""


class HttpClient:
    """Requests to one subgraph, all on the event loop of the first one."""

    def __init__(self, settings: SubgraphSettings) -> None:
        self._settings = settings
        self._address = Address.of(settings.url)
        self._tls = settings.tls
        if self._address.secure and self._tls is None:
            self._tls = ssl.create_default_context()
        self._head = self._request_head()
        self._rules = settings.request_headers
        self._timeout_seconds = settings.timeout_seconds
        self._tick_seconds = min(0.05, max(0.005, settings.timeout_seconds / 10))
        self.max_answer_bytes = settings.max_answer_bytes
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._waiting: deque[Call] = deque()
        self._heads: dict[bytes, Head] = {}
        self._connecting: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def _request_head(self) -> bytes:
        lines = [
            f"POST {self._address.target} HTTP/1.1",
            f"host: {self._address.authority}",
            "content-type: application/json",
            "accept: application/graphql-response+json, application/json",
        ]
        if self._settings.compression:
            lines.append("accept-encoding: gzip, deflate")
        return "\r\n".join([*lines, ""]).encode("latin-1")

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """As `Transport.request`."""
        if self._rules is not None:
            headers = self._rules.apply(headers)
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        now = loop.time()
        expires = now + self._timeout_seconds
        if deadline is not None and deadline < expires:
            expires = deadline
        message = b"%b%bcontent-length: %d\r\n\r\n%b" % (
            self._head,
            headers.block,
            len(body),
            body,
        )
        call = Call(loop=loop)
        call.connection = None
        call.message = message
        call.expires = expires
        call.repeatable = repeatable
        if self._closed:
            call.set_exception(ConnectionLost("the gateway is shutting down"))
            return call
        if expires <= now:
            call.set_exception(RequestTimedOut("the deadline had passed before the request"))
            return call
        if self._timer is None:
            self._timer = loop.call_later(self._tick_seconds, self._tick, loop)
        self._dispatch(call, now, loop)
        return call

    def _dispatch(self, call: Call, now: float, loop: asyncio.AbstractEventLoop) -> None:
        idle = self._idle
        allowed = self._settings.keepalive_seconds if call.repeatable else FRESH_SECONDS
        while idle:
            connection = idle.pop()
            if not connection.closed and now - connection.idle_since <= allowed:
                connection.send(call)
                return
            connection.abort()
        self._waiting.append(call)
        self._connect_if_useful(loop)

    def _connect_if_useful(self, loop: asyncio.AbstractEventLoop) -> None:
        connecting = len(self._connecting)
        if connecting < len(self._waiting) and (
            connecting + len(self._open) < self._settings.pool_size
        ):
            task = loop.create_task(self._connect(loop))
            self._connecting.add(task)
            task.add_done_callback(self._connected)

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        address = self._address
        try:
            async with asyncio.timeout(self._settings.connect_timeout_seconds):
                _, connection = await loop.create_connection(
                    lambda: Connection(self, loop, self._heads),
                    address.host,
                    address.port,
                    ssl=self._tls,
                )
        except (OSError, TimeoutError, ssl.SSLError) as error:
            self._connect_failed(error)
            return
        self._open.add(connection)
        if not connection.closed:
            self.released(connection)

    def _connected(self, task: asyncio.Task[None]) -> None:
        self._connecting.discard(task)
        if not self._closed and self._waiting:
            self._connect_if_useful(task.get_loop())

    def _connect_failed(self, error: Exception) -> None:
        logger.warning("%s cannot be reached: %s", self._settings.url, error or "timed out")
        failure = ConnectFailed("the subgraph cannot be reached")
        while call := self._next_waiting():
            call.fail(failure)
            if self._open:
                return

    def _next_waiting(self) -> Call | None:
        while self._waiting:
            call = self._waiting.popleft()
            if not call.done():
                return call
        return None

    def released(self, connection: Connection) -> None:
        """Give the connection the next waiting call, or keep it for a later one."""
        if self._closed:
            connection.abort()
            return
        if self._waiting:
            call = self._next_waiting()
            if call is not None:
                connection.send(call)
                return
        connection.idle_since = connection.loop.time()
        self._idle.append(connection)

    def ended(self, connection: Connection) -> None:
        """Forget a closed connection; open another when calls wait for it."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if self._waiting and not self._closed:
            self._connect_if_useful(connection.loop)

    def lost(self, call: Call, connection: Connection) -> None:
        """Send a query again that met a connection which the server had just closed."""
        if call.repeatable and not self._closed:
            call.repeatable = False  # once
            self._waiting.append(call)
            self._connect_if_useful(connection.loop)
        else:
            call.fail(ConnectionLost("the subgraph closed the connection before its answer"))

    def _under_way(self) -> list[Call]:
        calls = [connection.call for connection in self._open if connection.call is not None]
        calls.extend(call for call in self._waiting if not call.done())
        return calls

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        calls = self._under_way()
        for call in calls:
            if call.expires <= now:
                call.expire()
        for connection in [
            connection
            for connection in self._idle
            if now - connection.idle_since > self._settings.keepalive_seconds
        ]:
            connection.abort()
        if calls:
            self._timer = loop.call_later(self._tick_seconds, self._tick, loop)
        else:
            self._timer = None

    async def aclose(self) -> None:
        """Close every connection; calls under way fail with ConnectionLost."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._connecting):
            task.cancel()
        for call in self._under_way():
            call.fail(ConnectionLost("the gateway is shutting down"))
        for connection in list(self._open):
            connection.abort()
        await asyncio.gather(*self._connecting, return_exceptions=True)
