"""Subgraphs that stream: graphql-transport-ws and text/event-stream on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

FOREVER: Any = object()
"""In place of an event: the stream stays open."""
BREAK: Any = object()
"""In place of an event: the connection is cut."""


@dataclass(slots=True)
class StreamServer:
    """What a streaming subgraph says for each subscription, and what it has seen."""

    events: Sequence[Any]
    port: int = 0
    inits: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    subscribed: list[dict[str, Any]] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    sockets: int = 0

    @property
    def url(self) -> str:
        """Where it listens, as the HTTP URL of the subgraph."""
        return f"http://127.0.0.1:{self.port}/graphql"

    async def websocket(self, socket: ServerConnection) -> None:
        """One graphql-transport-ws connection."""
        self.sockets += 1
        assert socket.request is not None
        self.headers.append(dict(socket.request.headers.raw_items()))
        tasks: list[asyncio.Task[None]] = []
        try:
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "connection_init":
                    self.inits.append(message)
                    await socket.send('{"type":"ping"}')
                    await socket.send('{"type":"connection_ack"}')
                elif message["type"] == "subscribe":
                    self.subscribed.append(message["payload"])
                    tasks.append(asyncio.create_task(self._stream(socket, message["id"])))
                elif message["type"] == "complete":
                    self.completed.append(message["id"])
        except ConnectionClosed:
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _stream(self, socket: ServerConnection, subscription: str) -> None:
        for event in self.events:
            if event is FOREVER:
                return
            if event is BREAK:
                await socket.close(1011)
                return
            if isinstance(event, list):
                message = {"id": subscription, "type": "error", "payload": event}
                await socket.send(json.dumps(message))
                return
            await socket.send(json.dumps({"id": subscription, "type": "next", "payload": event}))
        await socket.send(json.dumps({"id": subscription, "type": "complete"}))

    async def event_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One text/event-stream response, in awkward pieces."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        pairs = [line.split(": ", 1) for line in head.split("\r\n")[1:-2]]
        self.headers.append({pair[0]: pair[1] for pair in pairs})
        length = int(self.headers[-1]["content-length"])
        self.subscribed.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        text = ":\n\n"
        for event in self.events:
            if event is FOREVER:
                writer.write(text.encode())
                await reader.read()
                self.completed.append("1")
                writer.close()
                return
            if event is BREAK:
                writer.write(text.encode())
                writer.close()
                return
            text += f"event: next\r\ndata: {json.dumps(event)}\r\n\r\n"
        text += "event: complete\ndata:\n\n"
        for at in range(0, len(text), 7):
            writer.write(text[at : at + 7].encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def websocket_server(*events: Any) -> AsyncIterator[StreamServer]:
    """A subgraph with WebSocket subscriptions that send `events`."""
    stream = StreamServer(events)
    protocol = Subprotocol("graphql-transport-ws")
    async with serve(stream.websocket, "127.0.0.1", 0, subprotocols=[protocol]) as server:
        stream.port = next(iter(server.sockets)).getsockname()[1]
        yield stream


@asynccontextmanager
async def sse_server(*events: Any) -> AsyncIterator[StreamServer]:
    """A subgraph with text/event-stream subscriptions that send `events`."""
    stream = StreamServer(events)
    server = await asyncio.start_server(stream.event_stream, "127.0.0.1", 0)
    stream.port = server.sockets[0].getsockname()[1]
    try:
        yield stream
    finally:
        server.close()
        await server.wait_closed()
