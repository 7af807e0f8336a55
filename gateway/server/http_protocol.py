"""uvicorn's HTTP protocol with bounds on heads, and a short way for GraphQL requests.

The bounds: a client may not send header after header for ever, nor one byte a minute. The short
way: a request for the GraphQL path goes to its endpoint without the application around it, finds
its body without waiting where that came along with the head, and sends its answer in one write
(`respond`, in the scope under RESPOND). Together they halve what uvicorn costs for a small query;
everything else about HTTP is uvicorn's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from gateway.execution.exchange import Header
from gateway.server.call import RESPOND

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
NOT_HEADERS = 2
"""Lines of a head that are no headers: the status and the empty one."""


@dataclass(frozen=True, slots=True)
class HttpRules:
    """A head (request line and headers) has to be whole within `head_seconds` of the connection's
    or its own first byte, and within `max_head_bytes`; else 408 or 431, and the connection closes.
    `endpoint` is what `paths` go to.
    """

    max_head_bytes: int
    head_seconds: float
    endpoint: ASGIApp
    paths: frozenset[bytes]


class Cycle(RequestResponseCycle):
    """One request and its response."""

    async def receive(self) -> Any:
        """As ASGI's; a body that is whole is there at once, once."""
        if self.more_body or self.disconnected or self.response_complete or not self.body:
            return await super().receive()
        message = {"type": "http.request", "body": bytes(self.body), "more_body": False}
        self.body = bytearray()
        self.message_event.clear()
        self.flow.resume_reading()
        return message

    def respond(self, status: int, headers: Sequence[Header], body: bytes) -> bool:
        """Send the whole response in one write; `headers` have its content-length.

        False where that cannot be done now: the client does not read, or something was sent.
        """
        if self.flow.write_paused or self.response_started or self.waiting_for_100_continue:
            return False
        if self.disconnected:
            return True
        content = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *headers):
            content += (name, b": ", value, b"\r\n")
        lines = len(self.default_headers) + len(headers) + NOT_HEADERS
        if not self.keep_alive:
            content.append(b"connection: close\r\n")
            lines += 1
        content.append(b"\r\n")
        head = b"".join(content)
        if head.count(b"\n") != lines:
            raise RuntimeError("a response header holds a line break")
        self.response_started = self.response_complete = True
        if len(body) < HIGH_WATER_LIMIT:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self.transport.write(body)
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True


class GatewayHttp(HttpToolsProtocol):
    """One connection."""

    rules: HttpRules

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(  # type: ignore[override]  # uvicorn narrows it in the same way
        self, transport: asyncio.Transport
    ) -> None:
        """A client has connected."""
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.rules.max_head_bytes and b"\r\n\r\n" not in data:
                self._refuse(TOO_LARGE)
                return
        super().data_received(data)
        # Most heads are whole in one piece, and need no timer.
        if self._in_head and self._head_timer is None and not self.transport.is_closing():
            self._head_bytes = len(data)
            self._start_timer()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._in_head = False
        self._head_bytes = 0
        self._stop_timer()
        path, _, query = self.url.partition(b"?")
        is_plain = path in self.rules.paths and self.parser.get_http_version() == "1.1"
        if is_plain and not self.parser.should_upgrade():
            self._start_request(path, query)
        else:
            super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._stop_timer()
        super().connection_lost(exc)

    def _start_request(self, path: bytes, query: bytes) -> None:
        """What uvicorn does when a head is whole, for the endpoint."""
        scope = cast("dict[str, Any]", self.scope)
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"] = path.decode("ascii")  # one of ours: nothing is escaped in it
        scope["raw_path"] = path
        scope["query_string"] = query
        previous = self.cycle
        self.cycle = cycle = Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        scope[RESPOND] = cycle.respond
        app = cast("Any", self.rules.endpoint)
        if previous is None or previous.response_complete:
            self._start_asgi_task(cycle, app)
        else:  # pipelined: it waits for the one before
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.rules.head_seconds, self._refuse, TOO_SLOW)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, answer: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


def protocol_for(rules: HttpRules) -> type[GatewayHttp]:
    """The protocol class for `uvicorn.Config(http=...)`."""
    return type("GatewayHttp", (GatewayHttp,), {"rules": rules})
