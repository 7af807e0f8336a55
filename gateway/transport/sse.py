"""Subscriptions over text/event-stream (GraphQL over SSE, distinct connections mode)."""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping

import httptools
import msgspec

from gateway.transport.base import (
    AnswerMalformed,
    AnswerRefused,
    ConnectFailed,
    ConnectionLost,
)
from gateway.transport.headers import OutgoingHeaders
from gateway.transport.settings import Address, SubgraphSettings

logger = logging.getLogger(__name__)

READ_BYTES = 65_536


class SseClient:
    """Opens one connection per subscription."""

    def __init__(self, settings: SubgraphSettings) -> None:
        self._settings = settings
        self._address = Address.of(settings.url)
        self._tls = settings.tls
        if self._address.secure and self._tls is None:
            self._tls = ssl.create_default_context()

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """As `Transport.subscribe`."""
        address = self._address
        try:
            async with asyncio.timeout(self._settings.connect_timeout_seconds):
                reader, writer = await asyncio.open_connection(
                    address.host, address.port, ssl=self._tls
                )
        except (OSError, TimeoutError, ssl.SSLError) as error:
            logger.warning("%s cannot be reached: %s", self._settings.url, error or "timed out")
            raise ConnectFailed("the subgraph cannot be reached") from error
        try:
            writer.write(self._message(request, headers))
            parts = _parts(reader, self._settings.max_answer_bytes)
            async for event, data in _events(parts, self._settings.max_answer_bytes):
                if event == "complete":
                    return
                if event == "next":
                    yield _payload(data)
        finally:
            writer.close()

    def _message(self, request: Mapping[str, object], headers: OutgoingHeaders) -> bytes:
        body = msgspec.json.encode(request)
        if self._settings.request_headers is not None:
            headers = self._settings.request_headers.apply(headers)
        head = (
            f"POST {self._address.target} HTTP/1.1\r\n"
            f"host: {self._address.authority}\r\n"
            "content-type: application/json\r\n"
            "accept: text/event-stream\r\n"
            f"content-length: {len(body)}\r\n"
        )
        return b"%b%b\r\n%b" % (head.encode("latin-1"), headers.block, body)


def _payload(data: str) -> Mapping[str, object]:
    try:
        payload = msgspec.json.decode(data)
    except msgspec.DecodeError:
        payload = None
    if not isinstance(payload, dict):
        raise AnswerMalformed("an event of the subgraph is not a GraphQL response")
    return payload


class _Parser:
    """httptools' callbacks: collects the body as it comes."""

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.event_stream = False
        self.ended = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line."""
        if name.lower() == b"content-type":
            self.event_stream = value.lower().startswith(b"text/event-stream")

    def on_body(self, part: bytes) -> None:
        """A piece of the body."""
        self.body.append(part)

    def on_message_complete(self) -> None:
        """The body is whole."""
        self.ended = True


async def _parts(reader: asyncio.StreamReader, limit_bytes: int) -> AsyncGenerator[bytes, None]:
    """The pieces of the response's body. Raises TransportError unless it is an event stream."""
    callbacks = _Parser()
    parser = httptools.HttpResponseParser(callbacks)
    while not callbacks.ended:
        try:
            data = await reader.read(READ_BYTES)
            if not data:
                raise ConnectionLost("the subgraph closed the stream")
            parser.feed_data(data)
        except (httptools.HttpParserError, OSError) as error:
            raise ConnectionLost("the subgraph's stream broke off") from error
        status = parser.get_status_code()
        if status and (status != 200 or not callbacks.event_stream) and status >= 200:
            raise AnswerRefused(f"the subgraph did not open a stream: status {status}")
        if callbacks.body:
            body = b"".join(callbacks.body)
            callbacks.body.clear()
            yield body


async def _events(
    parts: AsyncGenerator[bytes, None], limit_bytes: int
) -> AsyncGenerator[tuple[str, str], None]:
    """(event, data) of a text/event-stream; comments and unknown fields are passed over."""
    buffer = b""
    async for part in parts:
        buffer = (buffer + part).replace(b"\r\n", b"\n")
        if len(buffer) > limit_bytes:
            raise AnswerMalformed(f"an event of the subgraph is larger than {limit_bytes} bytes")
        *blocks, buffer = buffer.split(b"\n\n")
        for block in blocks:
            for event in _event(block.decode("utf-8", "replace")):
                yield event


def _event(block: str) -> Iterator[tuple[str, str]]:
    name = "message"
    data: list[str] = []
    for line in block.splitlines():
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "event":
            name = value
        elif key == "data":
            data.append(value)
    if data or name != "message":
        yield name, "\n".join(data)
