"""A password in, its argon2id hash out, and back: does it fit? Never on the event loop.

Each hash takes 19 MiB and some 20 ms of a core, so only a few run at once and only so many
wait; whoever comes after is told to come back (Overloaded) instead of slowing down everybody.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from subgraphs.users.errors import Overloaded

Result = TypeVar("Result")

WAITING_MAXIMUM = 512


@dataclass(frozen=True, slots=True)
class Cost:
    """argon2id's parameters; the defaults are OWASP's minimum and ours."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password fits, and whether its hash should be made anew with today's cost."""

    fits: bool
    outdated: bool = False


class Passwords:
    """The threads that hash; `close` ends them."""

    def __init__(self, cost: Cost | None = None, concurrency: int | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            type=Type.ID,
        )
        self._threads = ThreadPoolExecutor(
            concurrency or min(4, os.cpu_count() or 1), thread_name_prefix="argon2"
        )
        self._waiting = 0
        self._nobody = self._hasher.hash(os.urandom(16))

    async def hash(self, password: str) -> str:
        """The argon2id hash of `password`, with salt and parameters. Raises Overloaded."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, hashed: str | None, password: str) -> Verdict:
        """Whether `password` made `hashed`; as long for None (nobody) as for a wrong one.

        Raises Overloaded.
        """
        return await self._run(lambda: self._verify(hashed, password))

    def close(self) -> None:
        """Let the running hashes end and take no more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _verify(self, hashed: str | None, password: str) -> Verdict:
        try:
            self._hasher.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return Verdict(fits=False)
        if hashed is None:
            return Verdict(fits=False)
        return Verdict(fits=True, outdated=self._hasher.check_needs_rehash(hashed))

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= WAITING_MAXIMUM:
            raise Overloaded
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
