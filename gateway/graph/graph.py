"""The query graph: every type of every subgraph, and the ways from one to the next.

Root and field edges stay in a subgraph, casts go from an abstract type to an object type, key
edges (and re-entered query roots) lead into another subgraph. Nodes with a view are made when a
`@provides` is first walked; the graph is otherwise immutable, and one instance serves one set of
progressive-override labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.federation.model import Supergraph
from gateway.federation.selection import (
    FieldSelection,
    FragmentSelection,
    Selection,
    SelectionSet,
    merge_selections,
)
from gateway.graph.nodes import FieldEdge, KeyEdge, Node

Host = tuple[Node, FieldEdge]


@dataclass(slots=True)
class _Caches:
    """What is derived on demand; never changes an answer."""

    views: dict[tuple[Node, SelectionSet], Node] = field(default_factory=dict)
    edges: dict[tuple[Node, str], FieldEdge | None] = field(default_factory=dict)
    targets: dict[tuple[Node, FieldEdge], Node | None] = field(default_factory=dict)
    casts: dict[tuple[Node, str], Node | None] = field(default_factory=dict)
    hosts: dict[tuple[str, str], tuple[Host, ...]] = field(default_factory=dict)
    field_names: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class QueryGraph:
    """Made by `build_graph`; see the package's docstring for how to walk it."""

    supergraph: Supergraph
    labels: frozenset[str]
    nodes: Mapping[tuple[str, str], Node]
    """(subgraph id, type name) → its node without a view."""
    roots: Mapping[str, Mapping[str, Node]]
    """Operation kind → subgraph id → root node."""
    keys: Mapping[str, tuple[KeyEdge, ...]]
    """Supergraph type name → the resolvable keys by which subgraphs are entered for it."""
    interfaces: Mapping[str, frozenset[str]]
    """Object type → the interfaces it implements in any subgraph."""
    runtime_types: Mapping[str, frozenset[str]]
    """Composite type → its possible object types in the supergraph."""
    variants: dict[frozenset[str], "QueryGraph"] = field(default_factory=dict)
    caches: _Caches = field(default_factory=_Caches)

    def edge(self, node: Node, name: str) -> FieldEdge | None:
        """The field `name` as the subgraph of `node` resolves it there, None if it does not.

        On an abstract type it has to hold for every runtime type the subgraph knows, directly.
        """
        key = (node, name)
        caches = self.caches.edges
        if key not in caches:
            caches[key] = self._abstract_edge(node, name) if node.abstract else _edge(node, name)
        return caches[key]

    def _abstract_edge(self, node: Node, name: str) -> FieldEdge | None:
        own = _edge(node, name)
        found: FieldEdge | None = None
        for type_name in sorted(node.possible):
            cast = self.cast(node, type_name)
            edge = _edge(cast, name) if cast is not None else None
            if edge is None or not edge.direct:
                return None
            if found is not None and own is None and found.target != edge.target:
                return None
            found = found or edge
        return own or found

    def target(self, node: Node, edge: FieldEdge) -> Node | None:
        """Where `edge` leads from `node`; None for a leaf."""
        if edge.target is None:
            return None
        if not edge.provides and not node.view:
            return self.nodes[edge.graph, edge.target]
        key = (node, edge)
        if key not in self.caches.targets:
            inherited = tuple(
                selection.selections
                for selection in _applicable(node.view, self._conditions_of(node))
                if isinstance(selection, FieldSelection) and selection.name == edge.name
            )
            view = merge_selections(edge.provides, *inherited)
            plain = self.nodes[edge.graph, edge.target]
            self.caches.targets[key] = self.with_view(plain, view)
        return self.caches.targets[key]

    def with_view(self, node: Node, view: SelectionSet) -> Node:
        """`node` with the external fields of `view` selectable."""
        if view == node.view:
            return node
        key = (node, view)
        if key not in self.caches.views:
            provided: dict[str, FieldEdge] = {}
            for selection in _applicable(view, self._conditions_of(node)):
                if isinstance(selection, FieldSelection) and selection.name in node.external:
                    provided[selection.name] = node.external[selection.name]
            self.caches.views[key] = replace(node, view=view, fields={**node.fields, **provided})
        return self.caches.views[key]

    def cast(self, node: Node, type_name: str) -> Node | None:
        """`node` narrowed to one of its object types, None where that cannot be."""
        if node.type == type_name:
            return node
        if node.interface_object or type_name not in node.possible:
            return None
        key = (node, type_name)
        if key not in self.caches.casts:
            plain = self.nodes.get((node.graph, type_name))
            if plain is not None and node.view:
                plain = self.with_view(plain, node.view)
            self.caches.casts[key] = plain
        return self.caches.casts[key]

    def hosts(self, type_name: str, name: str) -> tuple[Host, ...]:
        """Every place, in subgraph order, where the field can be resolved for the type.

        An object type's fields may also be resolved by an interface object of its interfaces.
        """
        key = (type_name, name)
        if key not in self.caches.hosts:
            found: list[Host] = []
            for graph in self.supergraph.subgraphs:
                for node in self.stand_ins(graph, type_name):
                    edge = self.edge(node, name)
                    if edge is not None:
                        found.append((node, edge))
                        break
            self.caches.hosts[key] = tuple(found)
        return self.caches.hosts[key]

    def stand_ins(self, graph: str, type_name: str) -> Sequence[Node]:
        """The nodes as which the subgraph may hold values of the type, the exact one first."""
        names = (type_name, *sorted(self.interfaces.get(type_name, ())))
        nodes = (self.nodes.get((graph, name)) for name in names)
        return [
            node
            for node in nodes
            if node is not None and (node.type == type_name or node.interface_object)
        ]

    def field_names(self) -> frozenset[str]:
        """The name of every output field of the supergraph."""
        if self.caches.field_names is None:
            self.caches.field_names = frozenset(
                name for definition in self.supergraph.types.values() for name in definition.fields
            )
        return self.caches.field_names

    def _conditions_of(self, node: Node) -> frozenset[str]:
        """The type conditions that every value of `node` meets."""
        return frozenset({node.type}) | self.interfaces.get(node.type, frozenset())


def _edge(node: Node, name: str) -> FieldEdge | None:
    return node.fields.get(name)


def _applicable(view: SelectionSet, conditions: frozenset[str]) -> list[Selection]:
    """The selections of a view with the fragments that apply opened."""
    found: list[Selection] = []
    for selection in view:
        if isinstance(selection, FragmentSelection):
            condition = selection.type_condition
            if condition is None or condition in conditions:
                found.extend(_applicable(selection.selections, conditions))
        else:
            found.append(selection)
    return found
