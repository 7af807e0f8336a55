"""Why a field cannot be had from where its object is at hand: every subgraph that was tried."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.composition.outcome import quoted
from gateway.composition.satisfiability.search import PortableSearch
from gateway.federation.selection import print_selection
from gateway.graph import FieldEdge, KeyEdge, Node, QueryGraph


@dataclass(frozen=True, slots=True)
class Dead:
    """A field of a type that cannot be resolved from its starts."""

    search: PortableSearch
    type: str
    field: str
    starts: Mapping[Node, int]

    @property
    def graph(self) -> QueryGraph:
        """The graph searched."""
        return self.search.graph

    @property
    def coordinate(self) -> str:
        """The field's coordinate."""
        return f"{self.type}.{self.field}"

    def subgraph(self, graph: str) -> str:
        """A subgraph's name."""
        return self.graph.supergraph.subgraphs[graph].name


def explain(dead: Dead) -> str:
    """One paragraph per subgraph in which an object is at hand; with every way tried from it."""
    lines: list[str] = []
    reached = dead.search.spread(dead.type, dead.starts)
    for node in sorted(reached, key=lambda one: (one not in dead.starts, one.graph, one.type)):
        lines.append(f'- from subgraph "{dead.subgraph(node.graph)}":')
        lines.extend(f"  - {reason}" for reason in dict.fromkeys(_from(dead, node)))
    lines.append(
        f"Add a @key to the type in a subgraph that resolves the field, resolve"
        f' "{dead.coordinate}" where the object is, or give its subgraphs what the keys need.'
    )
    return "\n".join(lines)


def _from(dead: Dead, node: Node) -> Iterator[str]:
    edge = dead.graph.edge(node, dead.field)
    if edge is None and dead.field in node.external:
        yield f'field "{dead.coordinate}" is not resolvable because marked @external.'
    elif edge is None:
        yield f'cannot find field "{dead.coordinate}".'
    else:
        yield from _conditions(dead, edge)
    for host, host_edge in dead.graph.hosts(dead.type, dead.field):
        if host.graph != node.graph:
            yield from _moving(dead, host, host_edge)


def _moving(dead: Dead, host: Node, edge: FieldEdge) -> Iterator[str]:
    name = dead.subgraph(host.graph)
    move = f'cannot move to subgraph "{name}", which has field "{dead.coordinate}"'
    keys = [key for key in dead.graph.keys.get(dead.type, ()) if key.graph == host.graph]
    if not keys:
        yield f'{move}, because type "{dead.type}" has no resolvable @key in subgraph "{name}".'
    for key in keys:
        lacking = _lacking(dead, key)
        text = f'@key(fields: "{print_selection(key.selection)}") of "{key.target}"'
        if lacking:
            yield f"{move}, using {text}: the key field(s) {quoted(lacking)} cannot be resolved."
        elif not _entered(dead, key):
            yield (
                f"{move}, using {text}: its nested fields can only be collected by entering"
                f' subgraph "{name}" first, or by a move with the same key, which federation'
                " routers do not try."
            )
    if any(_entered(dead, key) for key in keys):
        yield from _conditions(dead, edge)


def _lacking(dead: Dead, key: KeyEdge) -> tuple[str, ...]:
    reached = dead.search.spread(dead.type, dead.starts, frozenset({key}))
    return dead.search.missing(dead.type, key.selection, reached)


def _entered(dead: Dead, key: KeyEdge) -> bool:
    reached = dead.search.spread(dead.type, dead.starts)
    return dead.graph.nodes[key.graph, key.target] in reached


def _conditions(dead: Dead, edge: FieldEdge) -> Iterator[str]:
    name = dead.subgraph(edge.graph)
    if edge.requires:
        reached = dead.search.spread(dead.type, dead.starts)
        lacking = dead.search.missing(dead.type, edge.requires, reached)
        text = print_selection(edge.requires)
        if lacking:
            yield (
                f'cannot satisfy @requires(fields: "{text}") on field "{dead.coordinate}" in'
                f' subgraph "{name}": {quoted(lacking)} cannot be resolved.'
            )
        else:
            yield (
                f'cannot satisfy @requires(fields: "{text}") on field "{dead.coordinate}" in'
                f' subgraph "{name}": there is no resolvable @key to enter it with the values.'
            )
    for use in edge.contexts:
        yield (
            f'cannot give argument "{use.argument}" of field "{dead.coordinate}" in subgraph'
            f' "{name}" its value: context "{use.context}" is not set on the way.'
        )
