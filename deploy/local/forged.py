"""The supervisor's end of the forge: a command in, a forked process to wait for out."""

import asyncio
import itertools
import json
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.local.command import Command

MODULE = (sys.executable, "-m")


@dataclass(eq=False, slots=True)
class ForkedProcess:
    """A child of the forge; `code` is set when it has ended."""

    pid: int
    code: "asyncio.Future[int]" = field(repr=False)

    async def wait(self) -> int:
        """Its exit code; negative is the signal that ended it."""
        return await asyncio.shield(self.code)


class Forge:
    """Forks `python -m` commands. When the forge itself dies, so do its children."""

    def __init__(self, start: Callable[[], Awaitable[Process]]) -> None:
        self._start_process = start
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._numbers = itertools.count()
        self._starting: dict[int, asyncio.Future[ForkedProcess]] = {}
        self._running: dict[int, ForkedProcess] = {}

    @staticmethod
    def can_run(command: Command) -> bool:
        """Whether the command is a Python module's, on a system where forking is safe."""
        return sys.platform == "linux" and command.arguments[:2] == MODULE

    async def start(self, command: Command) -> ForkedProcess:
        """Fork; raises ConnectionError when the forge dies meanwhile."""
        await self.open()
        number = next(self._numbers)
        request = {
            "id": number,
            "name": command.log.stem,
            "arguments": command.arguments[2:],
            "environment": dict(command.environment),
            "log": str(command.log),
            "folder": str(command.folder or "."),
            "ending": int(command.ending),
        }
        started: asyncio.Future[ForkedProcess] = asyncio.get_running_loop().create_future()
        self._starting[number] = started
        try:
            await self._send(request)
            return await started
        finally:
            self._starting.pop(number, None)

    async def open(self) -> None:
        """Start the forge unless it runs; it imports while others work."""
        async with self._opening:
            if self._reading is None or self._reading.done():
                self._process = await self._start_process()
                self._reading = asyncio.create_task(self._read(self._process))

    async def close(self) -> None:
        """End the forge, which reads that nobody will ask any more."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _send(self, message: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise ConnectionError("the forge is not running")
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()

    async def _read(self, process: Process) -> None:
        if process.stdout is None:
            return
        while line := await process.stdout.readline():
            message = json.loads(line)
            pid = message["pid"]
            if "id" in message:
                child = ForkedProcess(pid, asyncio.get_running_loop().create_future())
                self._running[pid] = child
                started = self._starting.get(message["id"])
                if started is not None and not started.done():
                    started.set_result(child)
            elif pid in self._running:
                self._running.pop(pid).code.set_result(message["code"])
        self._lost()

    def _lost(self) -> None:
        """The forge is gone: what it was about to start is not, what it had started ends."""
        for started in self._starting.values():
            if not started.done():
                started.set_exception(ConnectionError("the forge ended"))
        for child in self._running.values():
            child.code.set_result(-signal.SIGTERM)
        self._running.clear()
