"""An ASGI application in, an HTTP server out, until SIGTERM or SIGINT."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from types import FrameType
from typing import Any

import uvicorn

GRACEFUL_SECONDS = 5


def serve(app: Any, host: str, port: int, before_exit: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal; open requests get GRACEFUL_SECONDS to end.

    `before_exit` is called when the signal arrives, before open connections are waited for:
    streams that never end by themselves are ended there.
    """
    with suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has ended
        _SignalledServer(_config(app, host, port), before_exit).run()


def embedded_server(app: Any, host: str, port: int) -> uvicorn.Server:
    """A server whose `serve()` leaves the signals to the process; `should_exit` ends it."""
    return _EmbeddedServer(_config(app, host, port))


class _SignalledServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, before_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_exit = before_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._before_exit()
        super().handle_exit(sig, frame)


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
