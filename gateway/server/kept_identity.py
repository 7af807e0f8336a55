"""Who is on a connection that stays open, kept current while tokens for subgraphs expire."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.errors import IdentityUnavailable
from gateway.server.callers import Unrecognised
from gateway.server.identity import Identity

RETRY_SECONDS = 1.0


class KeptIdentity:
    """Exchanges again when the identity runs out, until `close`.

    `renewed` is called with each new identity of the same person; `lost` once, when the session
    turns out to have ended.
    """

    def __init__(
        self,
        identity: Identity,
        identify: Callable[[], Awaitable[Identity]],
        renewed: Callable[[Identity], None],
        lost: Callable[[], None],
    ) -> None:
        self.identity = identity
        self._identify = identify
        self._renewed = renewed
        self._lost = lost
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._wait_until(identity.valid_until)

    def close(self) -> None:
        """Stop renewing."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def renew(self) -> None:
        """Exchange again now."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._renew())

    def _wait_until(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if when != float("inf"):
            self._timer = asyncio.get_running_loop().call_at(when, self.renew)

    async def _renew(self) -> None:
        try:
            identity = await self._identify()
        except IdentityUnavailable:
            # The old token may still do for what runs; who it is has not changed by this.
            self._wait_until(asyncio.get_running_loop().time() + RETRY_SECONDS)
            return
        except Unrecognised:
            self._lost()
            return
        if not identity.is_same_as(self.identity):
            self._lost()
            return
        self.identity = identity
        self._wait_until(identity.valid_until)
        self._renewed(identity)
