"""Identical work under way, done once: a key and a way to begin in, the one result out for all.

Used for whole queries and for single subgraph requests. The key must hold everything that can
change the answer (document, variables, headers); mutations must not come here. Whoever began may
go away: the work goes on while anybody waits, and is cancelled when nobody does.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class InFlight(Generic[Result]):
    """The work under way, by key."""

    def __init__(self) -> None:
        self._shared: dict[Hashable, _Shared[Result]] = {}

    def __len__(self) -> int:
        return len(self._shared)

    def join(
        self,
        key: Hashable,
        begin: "Callable[[], asyncio.Future[Result]]",
        loop: asyncio.AbstractEventLoop,
    ) -> "asyncio.Future[Result]":
        """A future of this caller's own for the result of `key`, begun unless it is under way.

        Cancelling it leaves the others alone; the last one to leave cancels the work.
        """
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(begin())
            shared.work.add_done_callback(lambda _: self._settle(key))
        waiter: asyncio.Future[Result] = loop.create_future()
        shared.waiters.append(waiter)
        waiter.add_done_callback(lambda done: self._left(key, done))
        return waiter

    def _settle(self, key: Hashable) -> None:
        shared = self._shared.pop(key, None)
        if shared is None:
            return
        work = shared.work
        for waiter in shared.waiters:
            if waiter.done():
                continue
            if work.cancelled():
                waiter.cancel()
            elif error := work.exception():
                waiter.set_exception(error)
            else:
                waiter.set_result(work.result())

    def _left(self, key: Hashable, waiter: "asyncio.Future[Result]") -> None:
        if not waiter.cancelled():
            return
        shared = self._shared.get(key)
        if shared is not None and waiter in shared.waiters:
            shared.waiters.remove(waiter)
            if not shared.waiters:
                del self._shared[key]
                shared.work.cancel()


class _Shared(Generic[Result]):
    """One piece of work and those who wait for it."""

    __slots__ = ("waiters", "work")

    def __init__(self, work: "asyncio.Future[Result]") -> None:
        self.work = work
        self.waiters: list[asyncio.Future[Result]] = []
