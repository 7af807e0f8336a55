"""Path search: from the nodes where an object is at hand to all others where it can be.

`Search.spread` follows key edges to a fixpoint, cheapest first; what a key asks for is itself
searched (`price`), with the edge under search barred, so that a key that needs itself is no way.
Costs are whole numbers: ENTRY per request to a subgraph, FIELD per field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.federation.selection import FieldSelection, FragmentSelection, SelectionSet
from gateway.graph.graph import QueryGraph
from gateway.graph.nodes import FieldEdge, KeyEdge, Node

ENTRY = 1000
FIELD = 1


@dataclass(frozen=True, slots=True)
class Reach:
    """That a node can be had, at what cost, and by which key (None: it was a start)."""

    node: Node
    cost: int
    key: KeyEdge | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One way to resolve a field: from `source`; or by entering `entry` anew for its inputs.

    `node` is the node that resolves the field (`source.node`, or the plain node of the subgraph
    that is entered with key and required fields).
    """

    node: Node
    edge: FieldEdge
    cost: int
    source: Reach | None
    entry: KeyEdge | None = None


Reached = Mapping[Node, Reach]
Barred = frozenset[KeyEdge | FieldEdge]
NOTHING_BARRED: Barred = frozenset()


@dataclass(frozen=True, slots=True)
class Search:
    """Searches in one graph; keeps nothing between calls."""

    graph: QueryGraph

    def spread(
        self, type_name: str, starts: Mapping[Node, int], barred: Barred = NOTHING_BARRED
    ) -> dict[Node, Reach]:
        """All nodes in which an object of the type can be had, given where it is at hand.

        An interface is entered under its own name only by objects whose runtime type an interface
        object hides; all others go by their own types (see `narrow`).
        """
        reached = {node: Reach(node, cost) for node, cost in starts.items()}
        edges = self.graph.keys.get(type_name, ())
        if not reached or not edges:
            return reached
        changed = True
        while changed:
            changed = False
            for edge in edges:
                if edge in barred:
                    continue
                node = self.graph.nodes[edge.graph, edge.target]
                if node.abstract and not _is_hidden(starts):
                    continue
                before = reached.get(node)
                if before is not None and before.cost <= ENTRY:
                    continue
                price = self.price(type_name, edge.selection, reached, barred | {edge})
                if price is None or (before is not None and price + ENTRY >= before.cost):
                    continue
                reached[node] = Reach(node, price + ENTRY, edge)
                changed = True
        return reached

    def narrow(self, reached: Reached, type_name: str) -> dict[Node, int]:
        """The starts of an object type, given where its abstract type can be had."""
        starts: dict[Node, int] = {}
        for reach in reached.values():
            node = self.graph.cast(reach.node, type_name)
            if node is not None and reach.cost < starts.get(node, reach.cost + 1):
                starts[node] = reach.cost
        return starts

    def options(
        self, type_name: str, name: str, reached: Reached, barred: Barred = NOTHING_BARRED
    ) -> list[Option]:
        """Every way to resolve a field of the type, in the order of `reached`."""
        found: list[Option] = []
        for reach in reached.values():
            edge = self.graph.edge(reach.node, name)
            if edge is not None and edge.direct:
                found.append(Option(reach.node, edge, reach.cost + FIELD, reach))
        for node, edge in self.graph.hosts(type_name, name):
            if not edge.direct and edge not in barred:
                option = self._entered(type_name, node, edge, reached, barred | {edge})
                if option is not None:
                    found.append(option)
        return found

    def _entered(
        self, type_name: str, node: Node, edge: FieldEdge, reached: Reached, barred: Barred
    ) -> Option | None:
        """The subgraph entered with the values that the field requires."""
        required = self.price(type_name, edge.requires, reached, barred)
        if required is None:
            return None
        best: tuple[int, KeyEdge] | None = None
        for key in self.graph.keys.get(type_name, ()):
            if key.graph == node.graph and key.target == node.type:
                price = self.price(type_name, key.selection, reached, barred | {key})
                if price is not None and (best is None or price < best[0]):
                    best = (price, key)
        if best is None:
            return None
        return Option(node, edge, max(best[0], required) + ENTRY + FIELD, None, best[1])

    def price(
        self, type_name: str, selections: SelectionSet, reached: Reached, barred: Barred
    ) -> int | None:
        """What it costs to have the selections of an object; None where it cannot be."""
        if not reached:
            return None
        total = 0
        nodes: dict[Node, int] = {}
        for selection in selections:
            if isinstance(selection, FragmentSelection):
                price = self._price_fragment(type_name, selection, reached, barred)
            elif selection.name == "__typename":
                nearest = min(reached.values(), key=lambda reach: reach.cost)
                nodes.setdefault(nearest.node, nearest.cost)
                continue
            else:
                options = self.options(type_name, selection.name, reached, barred)
                if options and not selection.selections:
                    best = min(options, key=lambda option: option.cost)
                    nodes[best.node] = best.cost
                    total += FIELD
                    continue
                price = self._price_inner(type_name, selection, options, barred)
                if price is None:
                    price = self._price_by_type(type_name, (selection,), reached, barred)
            if price is None:
                return None
            total += price
        return total + sum(nodes.values())

    def _price_inner(
        self,
        type_name: str,
        selection: FieldSelection,
        options: Sequence[Option],
        barred: Barred,
    ) -> int | None:
        if not options:
            return None
        child = self.child_type(type_name, selection.name)
        starts = self.starts(options)
        if not starts:
            return None
        at_hand = {node: Reach(node, cost) for node, cost in starts.items()}
        price = self.price(child, selection.selections, at_hand, barred)
        if price is not None and price < min(starts.values()) + ENTRY:
            return price  # mostly so: no need to search for ways elsewhere
        return self.price(child, selection.selections, self.spread(child, starts, barred), barred)

    def _price_fragment(
        self, type_name: str, selection: FragmentSelection, reached: Reached, barred: Barred
    ) -> int | None:
        condition = selection.type_condition
        types = self.graph.runtime_types[type_name]
        if condition is None or types <= self.graph.runtime_types.get(condition, frozenset()):
            price = self.price(type_name, selection.selections, reached, barred)
            if price is not None:
                return price
        return self._price_by_type(type_name, selection.selections, reached, barred, condition)

    def _price_by_type(
        self,
        type_name: str,
        selections: SelectionSet,
        reached: Reached,
        barred: Barred,
        condition: str | None = None,
    ) -> int | None:
        """The price for the dearest runtime type of an abstract type, all told apart."""
        types = self.graph.runtime_types[type_name]
        if condition is not None:
            types &= self.graph.runtime_types.get(condition, frozenset())
        if types == {type_name}:
            return None
        dearest = 0
        for name in sorted(types):
            inner = self.spread(name, self.narrow(reached, name), barred)
            if not inner:
                continue
            price = self.price(name, selections, inner, barred)
            if price is None:
                return None
            dearest = max(dearest, price)
        return dearest

    def missing(
        self, type_name: str, selections: SelectionSet, reached: Reached
    ) -> tuple[str, ...]:
        """Coordinates of the fields, outermost first, that keep `selections` from being had."""
        found: list[str] = []
        for selection in selections:
            if self.price(type_name, (selection,), reached, NOTHING_BARRED) is not None:
                continue
            if isinstance(selection, FragmentSelection):
                found.append(f"... on {selection.type_condition}")
                continue
            options = self.options(type_name, selection.name, reached)
            inner: tuple[str, ...] = ()
            if options and selection.selections:
                child = self.child_type(type_name, selection.name)
                nodes = self.spread(child, self.starts(options))
                inner = self.missing(child, selection.selections, nodes)
            found.extend(inner or (f"{type_name}.{selection.name}",))
        return tuple(found)

    def starts(self, options: Iterable[Option]) -> dict[Node, int]:
        """Where a composite field leads: target node → cheapest cost."""
        starts: dict[Node, int] = {}
        for option in options:
            node = self.graph.target(option.node, option.edge)
            if node is not None and option.cost < starts.get(node, option.cost + 1):
                starts[node] = option.cost
        return starts

    def child_type(self, type_name: str, name: str) -> str:
        """The supergraph type that a field leads to."""
        types = self.graph.supergraph.types
        field = types[type_name].fields.get(name)
        if field is None:
            for interface in sorted(self.graph.interfaces.get(type_name, ())):
                field = types[interface].fields.get(name)
                if field is not None:
                    break
        if field is None:
            raise KeyError(f"{type_name}.{name}")
        return field.type.name


def _is_hidden(starts: Mapping[Node, int]) -> bool:
    """Whether the nearest start is an interface object, which does not know the runtime type."""
    hiding = min((cost for node, cost in starts.items() if node.interface_object), default=None)
    telling = [cost for node, cost in starts.items() if not node.interface_object]
    return hiding is not None and hiding < min(telling, default=hiding + 1)
