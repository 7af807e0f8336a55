"""Times a function: repeated rounds, medians and spread, in milliseconds of CPU time."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What a benchmark measured; `target` is what the project wants, None where it has none."""

    name: str
    median_ms: float
    spread_ms: float
    target_ms: float | None = None
    note: str = ""

    def __str__(self) -> str:
        target = f"(target < {self.target_ms:g})" if self.target_ms is not None else ""
        measured = f"{self.median_ms:10.2f} ms ±{self.spread_ms:8.2f}"
        return f"{self.name:<52} {measured}  {target:<18} {self.note}".rstrip()


def measure(
    name: str, work: Callable[[], object], *, rounds: int = 7, target_ms: float | None = None
) -> Figure:
    """CPU time of `work`, once unmeasured and then `rounds` times."""
    work()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1_000)
    spread = (max(times) - min(times)) / 2
    return Figure(name, statistics.median(times), spread, target_ms)
