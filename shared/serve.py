"""An ASGI application in, an HTTP server out, until SIGTERM or SIGINT."""

from contextlib import nullcontext
from typing import Any

import uvicorn

GRACEFUL_SECONDS = 5


def serve(app: Any, host: str, port: int) -> None:
    """Serve until a signal; open requests get GRACEFUL_SECONDS to end."""
    uvicorn.Server(_config(app, host, port)).run()


def embedded_server(app: Any, host: str, port: int) -> uvicorn.Server:
    """A server whose `serve()` leaves the signals to the process; `should_exit` ends it."""
    return _EmbeddedServer(_config(app, host, port))


class _EmbeddedServer(uvicorn.Server):
    def capture_signals(self) -> Any:
        return nullcontext()


def _config(app: Any, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        backlog=4096,
    )
