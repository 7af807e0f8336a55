"""What can go wrong before and while the product runs on this machine.

LocalError                    one clear line for the person at the terminal
├── PostgresUnavailable       the embedded database cannot be started
├── RabbitMQUnavailable       no broker, and no way to get one
├── PreflightFailed           a port, a tool, the disk or the lock is in the way
└── StartFailed               a process did not become ready
"""

from pathlib import Path


class LocalError(Exception):
    """Base: its message is one line that names the thing and what to do about it."""


class PostgresUnavailable(LocalError):
    """The embedded PostgreSQL cannot be prepared or started."""


class RabbitMQUnavailable(LocalError):
    """No broker is named and no private one can be fetched or started."""


class PreflightFailed(LocalError):
    """Something on this machine stands in the way of a start."""


class StartFailed(LocalError):
    """A process of the product did not become ready."""


def last_words(log: Path) -> str:
    """The end of an error's line: what a process said last, and where its log is."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it says nothing")
    return f": {last} (see {log})"
