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
from gateway.graph import ENTRY, FieldEdge, KeyEdge, Node, QueryGraph, Reach, Search


@dataclass(frozen=True, slots=True)
class PortableSearch(Search):
    """A search that only takes ways which every federation router takes."""

    entries: Mapping[str, frozenset[KeyEdge]]  # subgraph id to all key edges into it

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


def portable_search(graph: QueryGraph) -> PortableSearch:
    """The search of one graph."""
    entries: dict[str, set[KeyEdge]] = defaultdict(set)
    for edges in graph.keys.values():
        for edge in edges:
            entries[edge.graph].add(edge)
    return PortableSearch(graph, {name: frozenset(edges) for name, edges in entries.items()})


def _nested(selection: SelectionSet) -> bool:
    return any(isinstance(one, FragmentSelection) or one.selections for one in selection)


def _same_key(reach: Reach, edge: KeyEdge) -> bool:
    return reach.key is not None and reach.key.selection == edge.selection
