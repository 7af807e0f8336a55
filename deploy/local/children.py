"""Processes with an owner: a command goes in, a process that cannot be left behind comes out.

Every child is the leader of a process group, dies with the supervisor (`parent_death`) and is
known to the watchdog, which ends what the kernel did not. Python modules come from the forge.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import IO, Protocol

from deploy.local import watchdog
from deploy.local.command import Command
from deploy.local.errors import StartFailed, last_words
from deploy.local.forged import Forge
from deploy.local.parent_death import die_with_parent

_FORGES = 3


class Child(Protocol):
    """A running process, forked or executed."""

    @property
    def pid(self) -> int:
        """Its process id, which is its group's as well."""

    async def wait(self) -> int:
        """Its exit code, once it has ended."""


class Nursery:
    """Starts and ends children. `close` leaves none behind; so does the death of this process."""

    def __init__(self, watchdog_lock: Path, forge: Command) -> None:
        self._watchdog_lock = watchdog_lock
        self._watchdog: subprocess.Popen[str] | None = None
        self._children: dict[int, signal.Signals] = {}
        self._forge_command = forge
        self._forge = Forge(self._start_forge)
        self._forge_group: int | None = None

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

    async def warm_up(self) -> None:
        """Have the forge import while other things start."""
        if Forge.can_run(self._forge_command):
            await self._forge.open()

    async def start(self, command: Command) -> Child:
        """Start it in a group of its own, with stdin closed and output appended to its log."""
        if self._watchdog is None or self._watchdog.poll() is not None:
            self.open()
        child: Child
        if Forge.can_run(command):
            child = await self._fork(command)
        else:
            with command.log.open("ab") as log:
                child = await self._execute(command, asyncio.subprocess.DEVNULL, log, log)
        self._know(child.pid, command.ending)
        return child

    async def wait(self, child: Child) -> int:
        """Its exit code; what is left of its group is killed."""
        code = await child.wait()
        self._signal(child.pid, signal.SIGKILL)
        self._forget(child.pid)
        return code

    async def run(self, command: Command) -> int:
        """Start it and wait for its end; being cancelled ends it."""
        child = await self.start(command)
        try:
            return await self.wait(child)
        except asyncio.CancelledError:
            await self.end(child)
            raise

    async def end(self, child: Child, timeout_seconds: float = 10.0) -> None:
        """End it cleanly, or by force after the time limit."""
        self._signal(child.pid, self._children.get(child.pid, signal.SIGTERM))
        try:
            async with asyncio.timeout(timeout_seconds):
                await child.wait()
        except TimeoutError:
            self._signal(child.pid, signal.SIGKILL)
        await self.wait(child)

    async def close_forge(self) -> None:
        """End the forge once its children have ended; a later `start` opens it again."""
        await self._forge.close()

    def kill(self) -> None:
        """SIGKILL every child, now."""
        for group in self._children:
            self._signal(group, signal.SIGKILL)

    def close(self) -> None:
        """Close the pipe to the watchdog and wait until it has ended what is left."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()
            self._watchdog.wait()

    async def _fork(self, command: Command) -> Child:
        """From the forge; a forge that is killed meanwhile is replaced, a broken one is not."""
        for _ in range(_FORGES):
            with contextlib.suppress(ConnectionError):
                return await self._forge.start(command)
        raise StartFailed(f"the forge ends at its start{last_words(self._forge_command.log)}")

    async def _start_forge(self) -> Process:
        with self._forge_command.log.open("ab") as log:
            process = await self._execute(self._forge_command, PIPE, PIPE, log)
        if self._forge_group is not None:
            self._forget(self._forge_group)
        self._forge_group = process.pid
        self._know(process.pid, signal.SIGTERM)
        return process

    async def _execute(
        self, command: Command, stdin: int, stdout: IO[bytes] | int, stderr: IO[bytes]
    ) -> Process:
        return await asyncio.create_subprocess_exec(
            *command.arguments,
            env=dict(command.environment),
            cwd=command.folder,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=die_with_parent(command.ending),
        )

    def _know(self, group: int, ending: signal.Signals) -> None:
        self._children[group] = ending
        self._tell(f"add {group} {int(ending)}")

    def _forget(self, group: int) -> None:
        self._children.pop(group, None)
        self._tell(f"drop {group}")

    def _tell(self, line: str) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # `start` replaces a dead watchdog
                self._watchdog.stdin.write(line + "\n")
                self._watchdog.stdin.flush()

    @staticmethod
    def _signal(group: int, ending: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, ending)
