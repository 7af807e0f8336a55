"""The planner's path search under the two restrictions that define Apollo's satisfiability.

The planner itself may find more ways than these. But a graph is only called composable if other
federation routers can plan it too, and those give up on a way into a subgraph

- when a nested key (`books { title }`) could only be collected by entering that very subgraph
  below (for `Book`), and
- when it follows on another key hop with the same key, since then the hop should not be needed.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.federation.selection import FragmentSelection, SelectionSet
from gateway.graph import (
    ENTRY,
    FIELD,
    FieldEdge,
    KeyEdge,
    Node,
    Option,
    QueryGraph,
    Reach,
    Search,
)

Reached = Mapping[Node, Reach]


@dataclass(frozen=True, slots=True)
class PortableSearch(Search):
    """A search that only takes ways which every federation router takes."""

    entries: Mapping[str, frozenset[KeyEdge]]  # subgraph id to all key edges into it
    conditional: frozenset[str]  # names of fields that some subgraph enters anew for

    def spread(
        self,
        type_name: str,
        starts: Mapping[Node, int],
        barred: frozenset[KeyEdge | FieldEdge] = frozenset(),
    ) -> dict[Node, Reach]:
        """All nodes in which an object of the type can be had, given where it is at hand."""
        reached = {node: Reach(node, cost) for node, cost in starts.items()}
        edges = self.graph.keys.get(type_name, ())
        changed = bool(reached)
        while changed:
            changed = False
            for edge in edges:
                node = self.graph.nodes[edge.graph, edge.target]
                if edge in barred or node in reached:
                    continue
                if not _nested(edge.selection):
                    price = self.price(type_name, edge.selection, reached, barred | {edge})
                else:
                    before = {n: r for n, r in reached.items() if not _same_key(r, edge)}
                    without = barred | self.entries[edge.graph]
                    price = self.price(type_name, edge.selection, before, without)
                if price is not None:
                    reached[node] = Reach(node, price + ENTRY, edge)
                    changed = True
        return reached

    def options(
        self,
        type_name: str,
        name: str,
        reached: Reached,
        barred: frozenset[KeyEdge | FieldEdge] = frozenset(),
    ) -> list[Option]:
        """Every way to resolve a field of the type; most fields can only be walked directly."""
        if name in self.conditional:
            return Search.options(self, type_name, name, reached, barred)
        found: list[Option] = []
        for reach in reached.values():
            edge = self.graph.edge(reach.node, name)
            if edge is not None:
                found.append(Option(reach.node, edge, reach.cost + FIELD, reach))
        return found


def portable_search(graph: QueryGraph) -> PortableSearch:
    """The search of one graph."""
    entries: dict[str, set[KeyEdge]] = defaultdict(set)
    for edges in graph.keys.values():
        for edge in edges:
            entries[edge.graph].add(edge)
    conditional = frozenset(
        name
        for node in graph.nodes.values()
        for fields in (node.fields, node.external)
        for name, edge in fields.items()
        if not edge.direct
    )
    by_graph = {name: frozenset(edges) for name, edges in entries.items()}
    return PortableSearch(graph, by_graph, conditional)


def _nested(selection: SelectionSet) -> bool:
    return any(isinstance(one, FragmentSelection) or one.selections for one in selection)


def _same_key(reach: Reach, edge: KeyEdge) -> bool:
    return reach.key is not None and reach.key.selection == edge.selection
