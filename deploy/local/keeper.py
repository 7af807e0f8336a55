"""One process kept alive: a spec goes in, the process runs, and runs again when it has ended."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from deploy.local.children import Nursery
from deploy.local.command import Command
from deploy.local.errors import StartFailed, last_words
from deploy.local.probe import Check

READY_SECONDS = 90.0
_STABLE_SECONDS = 30.0
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 15.0
_TRIES_TO_START = 3


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process of the product: `check` asks whether it is ready."""

    name: str
    command: Command
    check: Check
    end_seconds: float = 10.0


class Keeper:
    """Keeps one process running until `stop`; `changed` is called with each new pid."""

    def __init__(
        self,
        spec: ProcessSpec,
        nursery: Nursery,
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.spec = spec
        self.pid: int | None = None
        self._nursery = nursery
        self._say = say
        self._changed = changed
        self._was_ready = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._task = asyncio.create_task(self._keep(), name=self.spec.name)

    async def ready(self) -> None:
        """Return once the process is ready; raises StartFailed, naming its log."""
        deadline = time.monotonic() + READY_SECONDS
        while not await self.spec.check():
            if self._task is None or self._task.done():
                await self._result()
            if time.monotonic() > deadline:
                raise self._failed(f"is not ready after {READY_SECONDS:g} s")
            await asyncio.sleep(0.04)
        self._was_ready = True

    async def failed(self) -> NoReturn:
        """Never returns; raises what ended the keeping itself, such as a full disk."""
        await self._result()

    async def stop(self) -> None:
        """End the process, cleanly if it lets itself be ended so."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _result(self) -> NoReturn:
        if self._task is not None:
            await asyncio.wait([self._task])  # which, other than `await`, is no owner of it
            self._task.result()
        raise StartFailed(f"{self.spec.name} is not running")

    async def _keep(self) -> None:
        wait_seconds, ends = _FIRST_WAIT_SECONDS, 0
        while True:
            started = time.monotonic()
            code = await self._run_once()
            ends += 1
            if not self._was_ready and ends >= _TRIES_TO_START:
                name, how = self.spec.name, _describe(code)
                raise StartFailed(
                    f"{name} ends at its start ({how}){last_words(self.spec.command.log)}"
                )
            if time.monotonic() - started > _STABLE_SECONDS:
                wait_seconds = _FIRST_WAIT_SECONDS
            self._say(f"{self.spec.name} ended ({_describe(code)}); starting it again")
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)

    async def _run_once(self) -> int:
        process = await self._nursery.start(self.spec.command)
        self.pid = process.pid
        self._changed()
        try:
            return await self._nursery.wait(process)
        except asyncio.CancelledError:
            await self._nursery.end(process, self.spec.end_seconds)
            raise
        finally:
            self.pid = None

    def _failed(self, how: str) -> StartFailed:
        return StartFailed(f"{self.spec.name} {how}{last_words(self.spec.command.log)}")


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
