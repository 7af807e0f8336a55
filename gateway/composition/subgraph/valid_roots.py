"""ROOT_*_USED: a root type by another name leaves its usual name to no other type."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import ROOT_NAMES, Subgraph


def check_roots(subgraph: Subgraph) -> Iterator[CompositionError]:
    """Types named Query, Mutation or Subscription beside such a root of another name."""
    for kind, usual in ROOT_NAMES.items():
        root = subgraph.roots.get(kind, usual)
        if root != usual and usual in subgraph.types:
            yield CompositionError(
                f"ROOT_{kind.upper()}_USED",
                f'[{subgraph.name}] The schema has a type named "{usual}" that is not its {kind}'
                f' root type ("{root}" is): federation renames the root to "{usual}". Rename or'
                " remove the other type.",
                (subgraph.types[usual].location,),
            )
