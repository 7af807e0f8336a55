"""How long composition takes, and the memory it needs."""

import resource
from collections.abc import Iterator

from gateway.composition import compose
from tests.bench import graphs
from tests.bench.measure import Figure, measure


def figures() -> Iterator[Figure]:
    """Every composition figure; memory is the process's peak, so it runs first."""
    subgraphs = graphs.wide(50, 40)
    figure = measure(
        "compose: 50 subgraphs of 40 types", lambda: compose(subgraphs), rounds=3, target_ms=3_000
    )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    yield Figure(
        figure.name,
        figure.median_ms,
        figure.spread_ms,
        figure.target_ms,
        f"peak memory {peak_mb:.0f} MB (target < 500)",
    )
