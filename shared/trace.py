"""What started the work at hand: set at the edges, read where events are appended.

The GraphQL application sets it per request, the worker per event; so the events that a use
case appends tell where they come from without every function passing it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Trace:
    """`correlation_id` is the request that started it all, `causation_id` the event before."""

    correlation_id: str | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None


_NOTHING = Trace()
_current: ContextVar[Trace] = ContextVar("trace", default=_NOTHING)


def current() -> Trace:
    """The trace of the running task; an empty one where nothing was set."""
    return _current.get()


def begin(trace: Trace) -> None:
    """Set the trace of the running task and of those it creates from now on."""
    _current.set(trace)


@contextmanager
def tracing(trace: Trace) -> Iterator[None]:
    """Set the trace for the length of the block."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
