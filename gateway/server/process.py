"""One server process: an ASGI app and an address in; it serves until told to stop.

SIGTERM or SIGINT drains: `/health/ready` fails first and no socket is let in any more, then open
streams are ended in waves, running requests finish, and the process exits. A second signal skips
what is left of that.
"""

import asyncio
import gc
import logging
import os
import socket
from types import FrameType

import uvicorn

from gateway.errors import ConfigError
from gateway.server.http_protocol import HttpRules, protocol_for
from gateway.server.routes import GatewayApp
from gateway.server.serving import Serving
from gateway.server.workers import Workers
from gateway.settings import Settings

logger = logging.getLogger(__name__)

BACKLOG = 2048
HEAD_SLACK_BYTES = 65_536
"""Heads that are too large only by this get a GraphQL error with their 431."""
SHARE_FOR_STREAMS = 0.5
"""Part of the drain time in which streams are ended; the rest is for requests."""


class DrainingServer(uvicorn.Server):
    """uvicorn's server, which drains before it stops."""

    def __init__(self, config: uvicorn.Config, serving: Serving) -> None:
        super().__init__(config)
        self._serving = serving
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        path = self._serving.settings.path
        logger.info("serving http://%s:%s%s", shown, port, path)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: start draining. Second: stop now."""
        if self._serving.draining or self._loop is None or not self.started:
            super().handle_exit(sig, frame)
            return
        self._serving.draining = True  # and not captured: a drained process exits with 0
        self._loop.call_soon_threadsafe(self._start_drain)

    def _start_drain(self) -> None:
        self._drain = asyncio.ensure_future(self._end_streams())

    async def _end_streams(self) -> None:
        seconds = self._serving.settings.drain_seconds * SHARE_FOR_STREAMS
        await self._serving.live.end_all(seconds)
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
        http=protocol_for(
            HttpRules(
                max_head_bytes=settings.max_header_bytes + HEAD_SLACK_BYTES,
                head_seconds=settings.header_timeout_seconds,
                endpoint=app.endpoint,
                paths=frozenset(path.encode("ascii") for path in app.paths),
            )
        ),
        ws="websockets-sansio",
        ws_max_size=settings.websocket_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=settings.websocket_ping_seconds,
        ws_ping_timeout=settings.websocket_ping_seconds,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=round(settings.keepalive_seconds),
        timeout_graceful_shutdown=max(1, round(settings.drain_seconds * (1 - SHARE_FOR_STREAMS))),
    )


def run(app: GatewayApp, settings: Settings, host: str, port: int) -> int:
    """Serve `app` on `host`:`port` until drained; returns the exit code.

    Raises ConfigError where it cannot listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ConfigError(f"cannot listen on {host}:{port}: {reason}") from None
    _tune_garbage_collection()

    def serve() -> None:
        config = server_config(app, settings, host, port)
        DrainingServer(config, app.state.serving).run(sockets=[listener])

    if settings.workers > 1:
        return Workers(settings.workers, serve).run()
    serve()
    return 0


def _tune_garbage_collection() -> None:
    """Leave schemas and plans, hundreds of thousands of objects that stay, out of collections.

    Otherwise each full collection stops the process for tens of milliseconds, and every answer
    of a thousand objects starts a young one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
