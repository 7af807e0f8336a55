"""An ASGI app in this process as a subgraph: the same requests, no network."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from gateway.transport.base import (
    AnswerRefused,
    ConnectionLost,
    RequestTimedOut,
    SubgraphResponse,
    TransportError,
)
from gateway.transport.headers import Header, OutgoingHeaders

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[Message]],
        Callable[[Message], Awaitable[None]],
    ],
    Awaitable[None],
]


class InProcessTransport:
    """A `Transport` to an ASGI app. The app's lifespan belongs to whoever made it."""

    def __init__(self, app: AsgiApp, path: str = "/graphql", timeout_seconds: float = 30.0) -> None:
        self._app = app
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._running: set[asyncio.Task[SubgraphResponse]] = set()

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """As `Transport.request`; the app runs in a task that this transport owns."""
        loop = asyncio.get_running_loop()
        expires = loop.time() + self._timeout_seconds
        if deadline is not None:
            expires = min(expires, deadline)
        task = loop.create_task(self._answer(body, headers, expires))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _answer(
        self, body: bytes, headers: OutgoingHeaders, expires: float
    ) -> SubgraphResponse:
        exchange = _Exchange(body)
        try:
            async with asyncio.timeout_at(expires):
                await self._app(self._scope(body, headers), exchange.receive, exchange.send)
        except TimeoutError:
            raise RequestTimedOut("the subgraph did not answer in time") from None
        except Exception as error:  # the edge of another program: its failure is its answer
            raise AnswerRefused(f"the subgraph's app failed: {type(error).__name__}") from error
        return exchange.response()

    def _scope(self, body: bytes, headers: OutgoingHeaders) -> dict[str, Any]:
        own: list[Header] = [
            (b"host", b"in-process"),
            (b"content-type", b"application/json"),
            (b"accept", b"application/graphql-response+json, application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": self._path,
            "raw_path": self._path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [*own, *headers.travelling],
            "client": None,
            "server": None,
            "state": {},
        }

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """Not offered: a subgraph that streams is reached over its own port."""
        raise TransportError("an in-process subgraph has no subscriptions")
        yield {}

    async def aclose(self) -> None:
        """End the requests under way."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


class _Exchange:
    """One request's two ASGI channels."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status: int | None = None
        self._headers: tuple[Header, ...] = ()
        self._parts: list[bytes] = []

    async def receive(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            await asyncio.get_running_loop().create_future()  # the client never goes away by itself
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = tuple(
                (name.lower(), value) for name, value in message.get("headers", ())
            )
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def response(self) -> SubgraphResponse:
        if self._status is None:
            raise ConnectionLost("the subgraph's app ended without an answer")
        return SubgraphResponse(self._status, self._headers, b"".join(self._parts))
