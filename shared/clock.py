"""Time as an argument: the `Clock` that callers pass in, and the system's."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. What decides about money or stock asks the database instead."""

    def now(self) -> datetime:
        """The current moment, aware, UTC."""
        ...


class SystemClock:
    """The operating system's wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
