"""Clients that leave while their query runs: the query is cancelled, a mutation never.

Watching costs a task, and almost every request is over before anyone could leave. So requests
only sign a list, and a timer that runs now and then starts a watch for those still there.
"""

import asyncio
from dataclasses import dataclass

from gateway.server.call import Receive

PATIENCE_SECONDS = 0.1
"""How long a request runs unwatched, at least; twice that at most."""


@dataclass(slots=True)
class _Running:
    receive: Receive
    since: float
    watch: "asyncio.Task[None] | None" = None


class ClientLeft(Exception):
    """The client closed its connection, and its query has been cancelled."""


class Disconnects:
    """The queries that run now."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[object], _Running] = {}
        self._left: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, receive: Receive, since: float) -> "asyncio.Task[object]":
        """Cancel the current task when its client leaves, until `finish`; `since` is loop time."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("only a task can be cancelled")
        self._running[task] = _Running(receive, since)
        if self._timer is None:
            self._timer = loop.call_later(PATIENCE_SECONDS, self._look)
        return task

    def finish(self, task: "asyncio.Task[object]") -> None:
        """The query is over; no more cancelling."""
        running = self._running.pop(task)
        if running.watch is not None:
            running.watch.cancel()

    def has_left(self, task: "asyncio.Task[object]") -> bool:
        """Whether it was cancelled because of its client; asked once, after `finish`."""
        if task not in self._left:
            return False
        self._left.discard(task)
        task.uncancel()
        return True

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        patient_until = loop.time() - PATIENCE_SECONDS
        for task, running in self._running.items():
            if running.watch is None and running.since <= patient_until:
                running.watch = loop.create_task(self._watch(task, running.receive))
        self._timer = loop.call_later(PATIENCE_SECONDS, self._look) if self._running else None

    async def _watch(self, task: "asyncio.Task[object]", receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if task in self._running:
            self._left.add(task)
            task.cancel()
