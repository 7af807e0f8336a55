"""INVALID_SUBGRAPH_NAME: names tell subgraphs apart, and `_` is reserved."""

from collections import Counter
from collections.abc import Iterator, Sequence

from gateway.composition.outcome import CompositionError, Location, SubgraphInput

_RESERVED = frozenset({"_", ""})


def check_names(subgraphs: Sequence[SubgraphInput]) -> Iterator[CompositionError]:
    """Reserved and repeated names."""
    for name, count in Counter(given.name for given in subgraphs).items():
        if name in _RESERVED:
            yield CompositionError(
                "INVALID_SUBGRAPH_NAME",
                f'Invalid subgraph name "{name}": it is reserved. Choose another.',
                (Location(name, 1, 1),),
            )
        elif count > 1:
            yield CompositionError(
                "INVALID_SUBGRAPH_NAME",
                f'{count} subgraphs are named "{name}": give each its own name.',
                (Location(name, 1, 1),),
            )
