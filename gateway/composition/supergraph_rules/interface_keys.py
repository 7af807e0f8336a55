"""INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: who resolves an interface by key knows all of it."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError, quoted
from gateway.composition.subgraph.model import Kind, applied
from gateway.composition.supergraph_rules.view import SupergraphView


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Subgraphs with a resolvable key on an interface that lack some implementation of it."""
    graphs = view.context.graphs
    for name, sources in graphs.types.items():
        if graphs.kinds[name] is not Kind.INTERFACE:
            continue
        everywhere = graphs.implementations.get(name, ())
        for graph, definition in sources:
            if definition.kind is not Kind.INTERFACE:
                continue
            keys = applied(definition.directives, "key")
            resolvable = [k for k in keys if k.arguments.get("resolvable") is not False]
            here = graph.facts.implementations.get(name, ())
            lacking = [other for other in everywhere if other not in here]
            if resolvable and lacking:
                yield view.error(
                    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                    f'[{graph.name}] Interface "{name}" has a resolvable key'
                    f' "{resolvable[0].arguments.get("fields")}" in subgraph "{graph.name}", which'
                    f" must then define all its implementations, but lacks {quoted(lacking)}: add"
                    " them there, or set `resolvable: false` on the key.",
                    resolvable[0].location,
                )
