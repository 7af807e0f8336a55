"""INTERFACE_OBJECT_USAGE_ERROR: an interface object hides the implementations from its subgraph."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError, quoted
from gateway.composition.supergraph_rules.view import SupergraphView


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Subgraphs that have an interface object and implementations of its interface as well."""
    graphs = view.context.graphs
    for name, sources in graphs.interface_objects.items():
        for graph, definition in sources:
            both = [
                other
                for other in graphs.implementations.get(name, ())
                if other in graph.subgraph.types
            ]
            if both:
                yield view.error(
                    "INTERFACE_OBJECT_USAGE_ERROR",
                    f'[{graph.name}] Interface "{name}" is defined as an @interfaceObject in'
                    f' subgraph "{graph.name}", which must then not define any implementation of'
                    f" it, but defines {quoted(both)}: remove these, or define the interface.",
                    definition.location,
                    *(graph.subgraph.types[other].location for other in both),
                )
