"""Subscriptions over WebSocket (graphql-transport-ws), many on one socket.

Sockets are pooled by the headers that say who asks: subscriptions of different identities never
share one, since the subgraph authenticates the socket and not the subscription.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from gateway.transport.base import (
    MALFORMED,
    AnswerMalformed,
    ConnectFailed,
    ConnectionLost,
    TransportError,
)
from gateway.transport.headers import Header, OutgoingHeaders
from gateway.transport.settings import SubgraphSettings

logger = logging.getLogger(__name__)

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
QUEUED_EVENTS: Final = 1_000
"""Events kept for a subscription whose reader is behind; beyond, it ends with an error."""
LINGER_SECONDS: Final = 5.0
"""How long a socket without subscriptions is kept open."""
COMPLETE_SECONDS: Final = 1.0
"""How long a subscription's end may take to be written."""
PER_REQUEST: Final = frozenset({b"x-request-id", b"traceparent", b"tracestate"})
"""Headers that differ from request to request and say nothing of who asks."""

Event = Mapping[str, object] | TransportError | None
"""One answer, the reason why the stream broke, or its regular end."""


class WebSocketClient:
    """The sockets to one subgraph."""

    def __init__(self, settings: SubgraphSettings) -> None:
        self._settings = settings
        self._url = socket_url(settings)
        self._sockets: dict[tuple[Header, ...], _Socket] = {}
        self._opening: dict[tuple[Header, ...], asyncio.Lock] = {}

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """As `Transport.subscribe`."""
        if self._settings.request_headers is not None:
            headers = self._settings.request_headers.apply(headers)
        socket = await self._socket(headers)
        subscription, queue = socket.open()
        try:
            await socket.send({"id": subscription, "type": "subscribe", "payload": request})
            while (event := await queue.get()) is not None:
                if isinstance(event, TransportError):
                    raise event
                yield event
        finally:
            await socket.end(subscription)

    async def _socket(self, headers: OutgoingHeaders) -> "_Socket":
        key = tuple(pair for pair in headers.travelling if pair[0] not in PER_REQUEST)
        lock = self._opening.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                socket = self._sockets.get(key)
                if socket is None or socket.closed:
                    connection = await self._connect(headers)
                    socket = _Socket(connection, self._url)
                    self._sockets[key] = socket
                    socket.reader.add_done_callback(lambda _: self._forget(key, socket))
                return socket
        finally:
            if not lock.locked():
                self._opening.pop(key, None)

    def _forget(self, key: tuple[Header, ...], socket: "_Socket") -> None:
        if self._sockets.get(key) is socket:
            del self._sockets[key]

    async def _connect(self, headers: OutgoingHeaders) -> ClientConnection:
        sent = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.travelling
        ]
        try:
            async with asyncio.timeout(self._settings.connect_timeout_seconds):
                connection = await connect(
                    self._url,
                    subprotocols=[SUBPROTOCOL],
                    additional_headers=sent,
                    ssl=self._settings.tls if self._url.startswith("wss:") else None,
                    max_size=self._settings.max_answer_bytes,
                    open_timeout=None,
                    compression=None,
                    proxy=None,
                )
                try:
                    await _initialise(connection, headers)
                except BaseException:
                    await connection.close()
                    raise
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ConnectionClosed) as error:
            logger.warning("%s cannot be opened: %s", self._url, error or "timed out")
            raise ConnectFailed("the subgraph's socket cannot be opened") from error
        return connection

    async def aclose(self) -> None:
        """Close every socket; their subscriptions end with ConnectionLost."""
        sockets = list(self._sockets.values())
        await asyncio.gather(*(socket.aclose() for socket in sockets), return_exceptions=True)


async def _initialise(connection: ClientConnection, headers: OutgoingHeaders) -> None:
    """connection_init and its acknowledgement; the identity goes along as payload too."""
    message: dict[str, object] = {"type": "connection_init"}
    for name, value in headers.pairs:
        if name == b"authorization":
            message["payload"] = {"authorization": value.decode("latin-1")}
    await connection.send(msgspec.json.encode(message).decode())
    while True:
        answer = _message(await connection.recv())
        if answer.get("type") == "connection_ack":
            return
        if answer.get("type") == "ping":
            await connection.send('{"type":"pong"}')


def socket_url(settings: SubgraphSettings) -> str:
    """ws(s):// for the subgraph's http(s):// URL, with the WebSocket path if there is one."""
    parts = urlsplit(settings.url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    path = settings.websocket_path or parts.path or "/"
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))


def _message(text: str | bytes) -> Mapping[str, object]:
    try:
        message = msgspec.json.decode(text)
    except msgspec.DecodeError:
        message = None
    return message if isinstance(message, dict) else {}


class _Socket:
    """One acknowledged socket, its subscriptions and the task that reads it."""

    def __init__(self, connection: ClientConnection, url: str) -> None:
        self._connection = connection
        self._url = url
        self._queues: dict[str, asyncio.Queue[Event]] = {}
        self._ids = itertools.count(1)
        self._linger: asyncio.TimerHandle | None = None
        self.closed = False
        self.reader = asyncio.get_running_loop().create_task(self._read())

    def open(self) -> tuple[str, "asyncio.Queue[Event]"]:
        """A new subscription's id and the queue of its events."""
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        subscription = str(next(self._ids))
        queue = self._queues[subscription] = asyncio.Queue()
        return subscription, queue

    async def send(self, message: Mapping[str, object]) -> None:
        """Write one message. Raises ConnectionLost."""
        try:
            await self._connection.send(msgspec.json.encode(message).decode())
        except ConnectionClosed:
            raise ConnectionLost("the subgraph closed the socket") from None

    async def end(self, subscription: str) -> None:
        """Tell the subgraph that nobody listens any more, unless it ended the subscription."""
        if self._queues.pop(subscription, None) is not None and not self.closed:
            try:
                async with asyncio.timeout(COMPLETE_SECONDS):
                    await self.send({"id": subscription, "type": "complete"})
            except (ConnectionLost, TimeoutError):
                return
        if not self._queues and not self.closed and self._linger is None:
            loop = asyncio.get_running_loop()
            self._linger = loop.call_later(LINGER_SECONDS, self.reader.cancel)

    async def aclose(self) -> None:
        """Close the socket and wait until its reader is done."""
        self.reader.cancel()
        await asyncio.gather(self.reader, return_exceptions=True)

    async def _read(self) -> None:
        reason = ConnectionLost("the subgraph closed the socket")
        try:
            async for text in self._connection:
                await self._take(_message(text))
        except ConnectionClosed as error:
            logger.info("%s broke off: %s", self._url, error)
        finally:
            self.closed = True
            queues, self._queues = self._queues, {}
            for queue in queues.values():
                queue.put_nowait(reason)
            if self._linger is not None:
                self._linger.cancel()
            await self._connection.close()

    async def _take(self, message: Mapping[str, object]) -> None:
        kind = message.get("type")
        if kind == "ping":
            await self._connection.send('{"type":"pong"}')
            return
        subscription = str(message.get("id"))
        queue = self._queues.get(subscription)
        if queue is None:
            return
        payload = message.get("payload")
        if kind == "next":
            if queue.qsize() >= QUEUED_EVENTS:
                await self._overflow(subscription, queue)
            else:
                queue.put_nowait(payload if isinstance(payload, dict) else _no_answer())
        elif kind == "error":
            del self._queues[subscription]
            queue.put_nowait({"data": None, "errors": payload})
            queue.put_nowait(None)
        elif kind == "complete":
            del self._queues[subscription]
            queue.put_nowait(None)

    async def _overflow(self, subscription: str, queue: "asyncio.Queue[Event]") -> None:
        del self._queues[subscription]
        queue.put_nowait(ConnectionLost(f"more than {QUEUED_EVENTS} events were not taken in time"))
        await self.send({"id": subscription, "type": "complete"})


def _no_answer() -> Mapping[str, object]:
    text = f"{AnswerMalformed.__name__}: the event is not a GraphQL response"
    return {"data": None, "errors": [{"message": text, "extensions": {"code": MALFORMED}}]}
