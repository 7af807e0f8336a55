"""One keep-alive HTTP/1.1 connection to a subgraph: bytes in, one response at a time out."""

import asyncio
import zlib
from typing import NamedTuple, Protocol, cast

import httptools

from gateway.transport.base import (
    AnswerMalformed,
    ConnectionLost,
    RequestTimedOut,
    SubgraphResponse,
    TransportError,
)
from gateway.transport.headers import Header


class Owner(Protocol):
    """The pool, as a connection and a call see it."""

    max_answer_bytes: int

    def released(self, connection: "Connection") -> None:
        """The connection has answered and can take another call."""

    def ended(self, connection: "Connection") -> None:
        """The connection is closed; it holds no call any more."""

    def lost(self, call: "Call", connection: "Connection") -> None:
        """The connection closed under `call`, before anything of its answer arrived."""


class Head(NamedTuple):
    """A response head seen before: what is in it, and how long the body is that it announces."""

    status: int
    headers: tuple[Header, ...]
    length: int


OK = 200
MAX_HEADS = 128
MAX_HEAD_BYTES = 1_024


class Call(asyncio.Future[SubgraphResponse]):
    """One request under way. Cancelling it closes the connection that carries it.

    Whoever makes a call sets all of its attributes: an `__init__` of its own would cost as much
    as the rest of the future.
    """

    __slots__ = ("connection", "expires", "message", "repeatable")

    message: bytes
    expires: float
    repeatable: bool
    connection: "Connection | None"

    def cancel(self, msg: object = None) -> bool:
        """Cancel the call and end it on the wire; False when it was over already."""
        if not super().cancel(msg):
            return False
        if self.connection is not None:
            self.connection.abort()
        return True

    def fail(self, error: TransportError) -> None:
        """End the call with `error`, unless it is over."""
        if not self.done():
            self.set_exception(error)

    def expire(self) -> None:
        """End the call because its time is up, and the connection with it."""
        self.fail(RequestTimedOut("the subgraph did not answer in time"))
        if self.connection is not None:
            self.connection.abort()


class Connection(asyncio.Protocol):
    """A connection is idle, or carries exactly one call (no pipelining).

    Most answers of a server have a head that it has sent before, byte for byte, and arrive whole.
    `heads` (the pool's, by their bytes) knows such heads: those answers are not parsed at all.
    """

    def __init__(
        self, owner: Owner, loop: asyncio.AbstractEventLoop, heads: dict[bytes, Head]
    ) -> None:
        self.owner = owner
        self._heads = heads
        self._chunk = b""
        self.loop = loop
        self.call: Call | None = None
        self.served = 0
        self.idle_since = 0.0
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[Header] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._began = False
        self._head_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def send(self, call: Call) -> None:
        """Write the request; the connection must be idle and open."""
        assert self._transport is not None
        self.call = call
        call.connection = self
        self._began = False
        self._transport.write(call.message)

    def abort(self) -> None:
        """Close at once, without waiting for buffers."""
        self.closed = True
        self.call = None
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        call = self.call
        if call is None:  # an answer nobody asked for: the connection is not to be trusted
            self.abort()
            return
        if not self._began:
            self._began = True
            self._chunk = data
            end = data.find(b"\r\n\r\n")
            head = self._heads.get(data[:end])
            if head is not None and len(data) == end + 4 + head.length:
                self.call = call.connection = None
                self.served += 1
                if not call.done():
                    call.set_result(SubgraphResponse(head.status, head.headers, data[end + 4 :]))
                self.owner.released(self)
                return
        else:
            self._chunk = b""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, zlib.error) as error:
            call.fail(AnswerMalformed(f"the subgraph's answer is not HTTP/1.1: {error}"))
            self.abort()
        except AnswerMalformed as error:
            call.fail(error)
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header line."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """httptools: the body begins."""
        self._head_done = True

    def on_body(self, part: bytes) -> None:
        """httptools: a piece of the body, out of its chunks."""
        self._size += len(part)
        if self._size > self.owner.max_answer_bytes:
            raise AnswerMalformed(
                f"the subgraph's answer is larger than {self.owner.max_answer_bytes} bytes"
            )
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """httptools: the answer is whole."""
        status = self._parser.get_status_code()
        headers, self._headers = self._headers, []
        parts, self._parts = self._parts, []
        self._size = 0
        self._head_done = False
        if status < 200:  # 100 Continue, 103 Early Hints: the answer is still to come
            return
        self._deliver(status, headers, parts, self._parser.should_keep_alive())

    def _deliver(
        self, status: int, headers: list[Header], parts: list[bytes], keep_alive: bool
    ) -> None:
        call, self.call = self.call, None
        assert call is not None
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        for name, value in headers:
            if name == b"content-encoding" and value.lower() != b"identity":
                body = decompress(body, value.lower(), self.owner.max_answer_bytes)
        self.served += 1
        call.connection = None
        response = SubgraphResponse(status, tuple(headers), body)
        if not call.done():
            call.set_result(response)
        if keep_alive and not self.closed:
            self._learn(response)
            self.owner.released(self)
        else:
            self.abort()

    def _learn(self, response: SubgraphResponse) -> None:
        """Remember the head of an answer that came whole, unencoded and with its length."""
        chunk, self._chunk = self._chunk, b""
        end = chunk.find(b"\r\n\r\n")
        body = response.body
        if not 0 < end <= MAX_HEAD_BYTES or len(chunk) != end + 4 + len(body):
            return
        lengths = [value for name, value in response.headers if name == b"content-length"]
        encoded = any(
            name in (b"transfer-encoding", b"content-encoding") for name, _ in response.headers
        )
        if response.status == OK and lengths == [b"%d" % len(body)] and not encoded:
            if len(self._heads) >= MAX_HEADS:
                self._heads.clear()
            self._heads[chunk[:end]] = Head(response.status, response.headers, len(body))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        call, self.call = self.call, None
        if call is not None and not call.done():
            call.connection = None
            if self._head_done and not self._has_length():
                self._deliver_until_close(call)
            elif self._began or not self.served:
                call.fail(ConnectionLost("the subgraph closed the connection before its answer"))
            else:
                self.owner.lost(call, self)
        self.owner.ended(self)

    def _has_length(self) -> bool:
        return any(
            name == b"content-length" or (name == b"transfer-encoding" and b"chunked" in value)
            for name, value in self._headers
        )

    def _deliver_until_close(self, call: Call) -> None:
        self.call = call
        self._deliver(self._parser.get_status_code(), self._headers, self._parts, False)


def decompress(body: bytes, encoding: bytes, limit_bytes: int) -> bytes:
    """The body without its content encoding; raises AnswerMalformed beyond `limit_bytes`."""
    if encoding not in (b"gzip", b"x-gzip", b"deflate"):
        raise AnswerMalformed(f"the subgraph's content encoding is unknown: {encoding!r}")
    try:
        return _inflate(body, zlib.MAX_WBITS | 32, limit_bytes)
    except zlib.error:
        if encoding != b"deflate":
            raise
        return _inflate(body, -zlib.MAX_WBITS, limit_bytes)  # deflate without its zlib header


def _inflate(body: bytes, window_bits: int, limit_bytes: int) -> bytes:
    inflater = zlib.decompressobj(window_bits)
    plain = inflater.decompress(body, limit_bytes + 1)
    if len(plain) > limit_bytes:
        raise AnswerMalformed(f"the subgraph's answer is larger than {limit_bytes} bytes")
    return plain
