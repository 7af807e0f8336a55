"""Identical work under way, done once: a key and a way to begin in, one result for all out.

Used for whole queries (`gateway.pipeline`) and for single subgraph requests (`SharedTransport`).
The key must hold everything that can change the answer (document, variables, headers); mutations
must not come here. Whoever began may go away: the work goes on while anybody waits for it, and is
cancelled when nobody does.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from typing import Generic, Protocol, TypeVar

from gateway.transport.base import RequestTimedOut, SubgraphResponse, Transport
from gateway.transport.headers import OutgoingHeaders

Result = TypeVar("Result")


class Work(Protocol[Result]):
    """Something under way."""

    @property
    def done(self) -> "asyncio.Future[Result]":
        """Its outcome."""

    def cancel(self) -> None:
        """End it."""


Begun = TypeVar("Begun", bound=Work)  # type: ignore[type-arg]  # of Result, which a bound cannot say


class InFlight(Generic[Begun, Result]):
    """The work under way, by key."""

    def __init__(self) -> None:
        self._shared: dict[Hashable, tuple[Begun, list[asyncio.Future[Result]]]] = {}

    def __len__(self) -> int:
        return len(self._shared)

    def join(
        self, key: Hashable, begin: Callable[[], Begun]
    ) -> "tuple[asyncio.Future[Result], Begun]":
        """A future of this caller's own for the work of `key`, begun unless it is under way.

        Cancelling the future leaves the others alone; the last one to leave cancels the work.
        """
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = (begin(), [])
            shared[0].done.add_done_callback(lambda _: self._settle(key))
        work, waiters = shared
        waiter: asyncio.Future[Result] = work.done.get_loop().create_future()
        waiters.append(waiter)
        waiter.add_done_callback(lambda _: self._left(key, waiter))
        return waiter, work

    def _settle(self, key: Hashable) -> None:
        shared = self._shared.pop(key, None)
        if shared is None:
            return
        work, waiters = shared
        for waiter in waiters:
            if waiter.done():
                continue
            if work.done.cancelled():
                waiter.cancel()
            elif error := work.done.exception():
                waiter.set_exception(error)
            else:
                waiter.set_result(work.done.result())

    def _left(self, key: Hashable, waiter: "asyncio.Future[Result]") -> None:
        shared = self._shared.get(key)
        if shared is None or waiter not in shared[1]:
            return
        work, waiters = shared
        waiters.remove(waiter)
        if not waiters:
            del self._shared[key]
            work.cancel()


class _Request:
    """A subgraph request under way."""

    def __init__(self, done: "asyncio.Future[SubgraphResponse]") -> None:
        self.done = done

    def cancel(self) -> None:
        """End it on the wire."""
        self.done.cancel()


class SharedTransport:
    """A `Transport` that sends identical queries which are under way at the same time once.

    A shared request has the subgraph's own time-out; each caller's deadline ends only its wait.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._in_flight: InFlight[_Request, SubgraphResponse] = InFlight()

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """As `Transport.request`."""
        if not repeatable:
            return self._transport.request(body, headers, deadline, repeatable)
        waiter, _ = self._in_flight.join(
            (body, headers.pairs),
            lambda: _Request(self._transport.request(body, headers, None, repeatable)),
        )
        if deadline is not None:
            timer = waiter.get_loop().call_at(deadline, _expire, waiter)
            waiter.add_done_callback(lambda _: timer.cancel())
        return waiter

    def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """As `Transport.subscribe`."""
        return self._transport.subscribe(request, headers)

    async def aclose(self) -> None:
        """As `Transport.aclose`."""
        await self._transport.aclose()


def _expire(waiter: "asyncio.Future[SubgraphResponse]") -> None:
    if not waiter.done():
        waiter.set_exception(RequestTimedOut("the subgraph did not answer in time"))
