"""@join__directive: directives that the supergraph keeps per subgraph instead of merging them."""

from collections.abc import Sequence

from gateway.composition.merge.graphs import Graph
from gateway.composition.merge.join_field import join_directive
from gateway.composition.subgraph.model import Directive, applied
from gateway.composition.values import to_text

_KEPT = ("cacheTag",)


def join_directives(given: Sequence[tuple[Graph, tuple[Directive, ...]]]) -> list[Directive]:
    """One application per directive and arguments, naming the subgraphs that have it."""
    found: dict[str, list[tuple[Graph, Directive]]] = {}
    for graph, directives in given:
        for core in _KEPT:
            for directive in applied(directives, core) if directives else ():
                key = f"{core} {to_text(directive.arguments)}"
                found.setdefault(key, []).append((graph, directive))
    return [
        join_directive(
            "directive",
            sources[0][1].location,
            graphs=tuple(graph.enum for graph, _ in sources),
            name=f"federation__{sources[0][1].core}",
            args=sources[0][1].arguments,
        )
        for sources in found.values()
    ]
