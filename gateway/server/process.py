"""One server process: an ASGI app and an address in; it serves until told to stop.

SIGTERM or SIGINT drains: `/health/ready` fails first and no socket is let in any more, then open
streams are ended in waves, running requests finish, and the process exits. A second signal skips
what is left of that.
"""

import asyncio
import socket
from types import FrameType

import uvicorn

from gateway.server.routes import GatewayApp
from gateway.server.serving import Serving
from gateway.settings import Settings

SHARE_FOR_STREAMS = 0.5
"""Part of the drain time in which streams are ended; the rest is for requests."""


class DrainingServer(uvicorn.Server):
    """uvicorn's server, which drains before it stops."""

    def __init__(self, config: uvicorn.Config, serving: Serving) -> None:
        super().__init__(config)
        self._serving = serving
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: asyncio.Task[None] | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until drained."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: start draining. Second: stop now."""
        if self._serving.draining or self._loop is None or not self.started:
            super().handle_exit(sig, frame)
            return
        self._serving.draining = True
        self._captured_signals.append(sig)
        self._loop.call_soon_threadsafe(self._start_drain)

    def _start_drain(self) -> None:
        self._drain = asyncio.ensure_future(self._end_streams())

    async def _end_streams(self) -> None:
        seconds = self._serving.settings.drain_seconds * SHARE_FOR_STREAMS
        live = self._serving.live
        await live.end_all(seconds if len(live) > 1 else 0)
        self.should_exit = True


def server_config(app: GatewayApp, settings: Settings, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves `app`: uvloop, httptools, its WebSocket without compression.

    Compression would take some 64 KiB for each open socket.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=settings.websocket_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=settings.websocket_ping_seconds,
        ws_ping_timeout=settings.websocket_ping_seconds,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=max(1, round(settings.drain_seconds * (1 - SHARE_FOR_STREAMS))),
    )


def run(app: GatewayApp, settings: Settings, host: str, port: int) -> None:
    """Serve `app` on `host`:`port`; returns when drained."""
    DrainingServer(server_config(app, settings, host, port), app.state.serving).run()
