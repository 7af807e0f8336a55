"""The connections that stay open (sockets and streams), to be ended by session or all in waves."""

import asyncio
from enum import Enum, auto
from typing import Protocol

WAVES = 10
"""Groups in which connections are ended, so that clients do not all reconnect at once."""
LEAST_WAVE = 100
"""Connections that may well be ended together."""
FAREWELL_SECONDS = 0.1
"""For the last frames to go out."""


class Ending(Enum):
    """Why the server ends a connection."""

    SESSION_ENDED = auto()
    SHUTTING_DOWN = auto()


class LiveConnection(Protocol):
    """A socket or stream; `session_id` may change while it is open."""

    @property
    def session_id(self) -> str | None:
        """The session that it was opened in."""

    def end(self, ending: Ending) -> None:
        """Tell the client and close, soon; more than once is harmless."""

    def recheck(self) -> None:
        """Ask the exchange again who the client is, soon."""

    def engine_replaced(self) -> None:
        """End, soon, the subscriptions that the new engine refuses."""


class LiveConnections:
    """All open connections of this process."""

    def __init__(self) -> None:
        self._open: set[LiveConnection] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: LiveConnection) -> None:
        """Take part, until `remove`."""
        self._open.add(connection)

    def remove(self, connection: LiveConnection) -> None:
        """Take part no more."""
        self._open.discard(connection)

    def end_session(self, session_id: str) -> None:
        """End the connections of one session."""
        for connection in [each for each in self._open if each.session_id == session_id]:
            connection.end(Ending.SESSION_ENDED)

    def recheck_all(self) -> None:
        """Have every connection ask again who its client is."""
        for connection in list(self._open):
            connection.recheck()

    def engine_replaced(self) -> None:
        """Have every connection end what the new engine refuses."""
        for connection in list(self._open):
            connection.engine_replaced()

    async def end_all(self, within_seconds: float) -> None:
        """End every connection, in waves spread over `within_seconds`."""
        connections = list(self._open)
        size = max(LEAST_WAVE, -(-len(connections) // WAVES))
        for start in range(0, len(connections), size):
            if start:
                await asyncio.sleep(within_seconds / WAVES)
            for connection in connections[start : start + size]:
                connection.end(Ending.SHUTTING_DOWN)
        await asyncio.sleep(FAREWELL_SECONDS)
