"""A tiny HTTP/1.1 subgraph on loopback that answers, lies, waits or breaks off as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire. `content` that is not bytes is sent as JSON."""

    content: object
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0
    chunked: bool = False
    break_off: bool = False
    close: bool = False

    @property
    def body(self) -> bytes:
        """The bytes of the content."""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False).encode()


Handler = Callable[[Request], Reply | Awaitable[Reply]]


@dataclass(slots=True)
class SubgraphServer:
    """A listening subgraph and what it has seen."""

    handler: Handler
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    headers: list[list[tuple[str, str]]] = field(default_factory=list)
    connections: int = 0
    abandoned: int = 0
    """Requests whose client went away before the answer."""
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/graphql"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side closes it."""
        self.connections += 1
        self.writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")[1:-2]
        headers = [(line.split(": ", 1)[0], line.split(": ", 1)[1]) for line in lines]
        length = int(dict(headers).get("content-length", "0"))
        request = json.loads(await reader.readexactly(length))
        self.requests.append(request)
        self.headers.append(headers)
        reply = self.handler(request)
        if not isinstance(reply, Reply):
            reply = await self._unless_abandoned(reply, reader)
        if reply.delay_seconds:
            reply = await self._unless_abandoned(_later(reply), reader)
        return await _write(reply, writer)

    async def _unless_abandoned(
        self, reply: Awaitable[Reply], reader: asyncio.StreamReader
    ) -> Reply:
        answering = asyncio.ensure_future(reply)
        gone = asyncio.ensure_future(reader.read(1))
        done, _ = await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
        if answering not in done:
            answering.cancel()
            self.abandoned += 1
            raise ConnectionResetError
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        return await answering


async def _later(reply: Reply) -> Reply:
    await asyncio.sleep(reply.delay_seconds)
    return reply


async def _write(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    body = reply.body
    lines = [f"HTTP/1.1 {reply.status} Said", f"Content-Type: {reply.content_type}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.chunked:
        lines.append("Transfer-Encoding: chunked")
        half = len(body) // 2
        parts = [part for part in (body[:half], body[half:]) if part]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    elif not reply.close:
        lines.append(f"Content-Length: {len(body)}")
    if reply.break_off:
        body = body[: len(body) // 2]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()
    return not (reply.break_off or reply.close)


@asynccontextmanager
async def subgraph_server(handler: Handler, port: int = 0) -> AsyncIterator[SubgraphServer]:
    """A subgraph that listens while the context lasts."""
    subgraph = SubgraphServer(handler)
    server = await asyncio.start_server(subgraph.serve, "127.0.0.1", port)
    subgraph.port = server.sockets[0].getsockname()[1]
    try:
        yield subgraph
    finally:
        server.close()
        for writer in list(subgraph.writers):
            writer.close()
        await server.wait_closed()


async def closed_port() -> int:
    """A loopback port on which nobody listens."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
