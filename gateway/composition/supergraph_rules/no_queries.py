"""NO_QUERIES: a graph that nobody can query is no graph."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError, Location
from gateway.composition.supergraph_rules.view import SupergraphView


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """A supergraph without any field on its query root."""
    if "query" not in view.merged.roots:
        yield view.error(
            "NO_QUERIES",
            "No subgraph has a query field: a supergraph needs at least one. Add a field to Query"
            " in some subgraph.",
            *(Location(graph.name, 1, 1) for graph in view.merged.graphs),
        )
