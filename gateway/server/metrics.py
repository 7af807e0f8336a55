"""Counts and durations of what the server does, in; Prometheus's text format, out.

An operation is one label value per name; names beyond MAX_OPERATIONS are counted together, since
clients choose them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MAX_OPERATIONS = 200
OTHER = "(other)"

Gauges = Mapping[str, tuple[str, Callable[[], float]]]
"""By name: what it is, and its value now."""


@dataclass(slots=True)
class _Series:
    """One operation's requests with one outcome."""

    total: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_SECONDS) + 1))


class Metrics:
    """What one process has counted since its start."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str, str], _Series] = {}
        self._names: set[str] = set()
        self._gauges: dict[str, tuple[str, Callable[[], float]]] = {}

    def observe(self, transport: str, operation: str, outcome: str, seconds: float) -> None:
        """One operation is over; `outcome` is its HTTP status or, on a socket, how it ended."""
        if operation not in self._names:
            if len(self._names) >= MAX_OPERATIONS:
                operation = OTHER
            else:
                self._names.add(operation)
        key = (transport, operation, outcome)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series()
        series.total += 1
        series.seconds += seconds
        series.buckets[bisect_left(BOUNDS_SECONDS, seconds)] += 1

    def add_gauges(self, gauges: Gauges) -> None:
        """Values to be asked for whenever metrics are read."""
        self._gauges.update(gauges)

    def text(self) -> str:
        """Everything, as Prometheus reads it."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        name = "gateway_operation_duration_seconds"
        yield f"# HELP {name} Time from an operation's arrival to the end of its answer."
        yield f"# TYPE {name} histogram"
        for (transport, operation, outcome), series in sorted(self._series.items()):
            labels = (
                f'transport="{transport}",operation="{_escaped(operation)}",outcome="{outcome}"'
            )
            count = 0
            for bound, found in zip((*BOUNDS_SECONDS, "+Inf"), series.buckets, strict=True):
                count += found
                yield f'{name}_bucket{{{labels},le="{bound}"}} {count}'
            yield f"{name}_sum{{{labels}}} {series.seconds:.6f}"
            yield f"{name}_count{{{labels}}} {series.total}"
        for gauge, (help_text, value) in self._gauges.items():
            yield f"# HELP {gauge} {help_text}"
            yield f"# TYPE {gauge} gauge"
            yield f"{gauge} {value():g}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
