"""Processes with an owner: a command goes in, a process that cannot be left behind comes out.

Every child is the leader of a process group, dies with the supervisor (`parent_death`) and is
known to the watchdog, which ends what the kernel did not.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import watchdog
from deploy.local.parent_death import die_with_parent


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: `ending` is the signal that ends it cleanly, `log` gets all it writes."""

    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ending: signal.Signals = signal.SIGTERM


class Nursery:
    """Starts and ends children. `close` leaves none behind; so does the death of this process."""

    def __init__(self, watchdog_lock: Path) -> None:
        self._watchdog_lock = watchdog_lock
        self._watchdog: subprocess.Popen[str] | None = None
        self._children: dict[int, signal.Signals] = {}

    def open(self) -> None:
        """Start the watchdog."""
        self._watchdog = subprocess.Popen(
            [sys.executable, "-S", "-E", str(watchdog.__file__), str(self._watchdog_lock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        for group, ending in self._children.items():
            self._tell(f"add {group} {int(ending)}")

    async def start(self, command: Command) -> Process:
        """Start it in a group of its own, with stdin closed and output appended to its log."""
        if self._watchdog is None or self._watchdog.poll() is not None:
            self.open()
        with command.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command.arguments,
                env=dict(command.environment),
                cwd=command.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(command.ending),
            )
        self._children[process.pid] = command.ending
        self._tell(f"add {process.pid} {int(command.ending)}")
        return process

    async def wait(self, process: Process) -> int:
        """Its exit code; what is left of its group is killed."""
        code = await process.wait()
        self._signal(process, signal.SIGKILL)
        self._children.pop(process.pid, None)
        self._tell(f"drop {process.pid}")
        return code

    async def run(self, command: Command) -> int:
        """Start it and wait for its end; being cancelled ends it."""
        process = await self.start(command)
        try:
            return await self.wait(process)
        except asyncio.CancelledError:
            await self.end(process)
            raise

    async def end(self, process: Process, timeout_seconds: float = 10.0) -> None:
        """End it cleanly, or by force after the time limit."""
        self._signal(process, self._children.get(process.pid, signal.SIGTERM))
        try:
            async with asyncio.timeout(timeout_seconds):
                await process.wait()
        except TimeoutError:
            self._signal(process, signal.SIGKILL)
        await self.wait(process)

    def close(self) -> None:
        """Close the pipe to the watchdog and wait until it has ended what is left."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()
            self._watchdog.wait()

    def kill(self) -> None:
        """SIGKILL every child, now."""
        for group in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _tell(self, line: str) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # `start` replaces a dead watchdog
                self._watchdog.stdin.write(line + "\n")
                self._watchdog.stdin.flush()

    @staticmethod
    def _signal(process: Process, ending: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
