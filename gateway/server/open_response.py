"""An HTTP response that stays open: chunks as they come, heartbeats, an end with its client."""

import asyncio
from collections.abc import Coroutine

from gateway.errors import FormattedError
from gateway.execution.exchange import Header
from gateway.server.call import Call

UNBUFFERED: tuple[Header, ...] = (
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)
"""No proxy may hold back or change what is sent."""
SESSION_ENDED: tuple[FormattedError, ...] = (
    {"message": "The session has ended.", "extensions": {"code": "SESSION_ENDED"}},
)


class OpenResponse:
    """`heartbeat` goes out every `heartbeat_seconds`, so that a quiet stream is not cut off."""

    def __init__(
        self, call: Call, content_type: bytes, heartbeat: bytes, heartbeat_seconds: float
    ) -> None:
        self._call = call
        self._content_type = content_type
        self._heartbeat = heartbeat
        self._heartbeat_seconds = heartbeat_seconds
        self._work: asyncio.Task[None] | None = None

    async def run(self, opening: bytes, work: Coroutine[None, None, None]) -> bool:
        """Send the head and `opening`, then do `work` (which sends) until it or the client ends.

        Returns whether the client is still there to be sent a closing.
        """
        call = self._call
        call.status = 200
        headers = [(b"content-type", self._content_type), *UNBUFFERED, *call.response_headers]
        await call.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.send(opening)
        self._work = asyncio.create_task(work)
        watch = asyncio.create_task(self._watch(self._work))
        beat = asyncio.create_task(self._beat())
        try:
            await asyncio.wait([self._work])
            return not watch.done()
        finally:
            for task in (self._work, watch, beat):
                task.cancel()
            await asyncio.gather(self._work, watch, beat, return_exceptions=True)

    def stop(self) -> None:
        """End the work; `run` returns."""
        if self._work is not None:
            self._work.cancel()

    async def send(self, chunk: bytes, *, more: bool = True) -> None:
        """Send a piece of the body; waits while the client does not read."""
        await self._call.send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def _watch(self, work: "asyncio.Task[None]") -> None:
        while (await self._call.receive())["type"] != "http.disconnect":
            pass
        work.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            await self.send(self._heartbeat)
