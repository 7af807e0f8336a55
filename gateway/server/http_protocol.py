"""uvicorn's HTTP protocol with a bound on heads: their size, and the time they may take.

Without it a client may send header after header for ever, or one byte a minute, and hold memory
and a connection all the while.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


def guarded_protocol(max_head_bytes: int, head_seconds: float) -> type[asyncio.Protocol]:
    """The protocol class for `uvicorn.Config(http=...)`.

    A head (request line and headers) has to be whole within `head_seconds` of the connection's
    or its own first byte, and within `max_head_bytes`; else 408 or 431, and the connection closes.
    """

    class GuardedHttp(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._in_head = True
            self._head_bytes = 0
            self._head_timer: asyncio.TimerHandle | None = None

        def connection_made(  # type: ignore[override]  # uvicorn narrows it in the same way
            self, transport: asyncio.Transport
        ) -> None:
            super().connection_made(transport)
            self._start_timer()

        def data_received(self, data: bytes) -> None:
            if self._in_head:
                self._head_bytes += len(data)
                if self._head_bytes > max_head_bytes and b"\r\n\r\n" not in data:
                    self._refuse(TOO_LARGE)
                    return
            super().data_received(data)
            # Most heads are whole in one piece, and need no timer.
            if self._in_head and self._head_timer is None and not self.transport.is_closing():
                self._head_bytes = len(data)
                self._start_timer()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._in_head = True

        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            self._in_head = False
            self._head_bytes = 0
            self._stop_timer()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_timer()
            super().connection_lost(exc)

        def _start_timer(self) -> None:
            self._head_timer = self.loop.call_later(head_seconds, self._refuse, TOO_SLOW)

        def _stop_timer(self) -> None:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None

        def _refuse(self, answer: bytes) -> None:
            self._stop_timer()
            if not self.transport.is_closing():
                self.transport.write(answer)
                self.transport.close()

    return GuardedHttp
