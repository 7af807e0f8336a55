"""A tree of one entry in, the lines of its selection set out: fragments placed, nothing named.

A line on an abstract type is written on the type itself where the subgraph has the field there
for all its types, else in one fragment per object type. `separate` finds lines that would merge
under one response key although their types differ in shape (OverlappingFieldsCanBeMerged), and
gives them keys of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.federation.model import TypeRef, type_ref
from gateway.federation.selection import SelectionSet
from gateway.graph import FieldEdge, Node, QueryGraph
from gateway.operation.normalise import Identity
from gateway.operation.normalise.conditions import ALWAYS, Condition, either
from gateway.planner.errors import PlanningFailed
from gateway.planner.names import Names
from gateway.planner.sites import TYPENAME, Site
from gateway.planner.tree import Entry, Tree, TypeSet
from gateway.planner.wanted import Conditions

_STRING = type_ref("String!")


@dataclass(frozen=True, slots=True)
class Line:
    """A field as it will be written.

    `types` are the runtime types of the object it is on; `on` the object type of the fragment
    around it, None outside of fragments. `contexts` are the arguments the gateway adds.
    """

    identity: Identity
    types: frozenset[str]
    on: str | None
    type: TypeRef
    condition: Condition
    lines: tuple[Line, ...] = ()
    edge: FieldEdge | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    identity: Identity
    on: TypeSet
    condition: Condition
    site: Site
    tree: Tree | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays out trees; `names` decides which types may not share a line."""

    graph: QueryGraph
    names: Names
    conditions: Conditions

    def entry(self, entry: Entry) -> tuple[Line, ...]:
        """The lines below a root, or below `_entities`: there all are in fragments."""
        implied = self.conditions.of(entry)
        tree = entry.tree
        if not entry.is_entity:
            return self._lines(tree, _Ground(tree.node, implied=implied))
        nodes = [self.graph.nodes[entry.graph, name] for name in sorted(entry.inputs)]
        if len(nodes) > 1:
            return self._of_types(tree, nodes, implied)
        (node,) = nodes
        known = entry.types if node.interface_object else None
        lines = self._lines(tree, _Ground(node, known or frozenset(), implied))
        return tuple(_within(line, node.type) for line in lines)

    def _of_types(self, tree: Tree, nodes: Sequence[Node], implied: Condition) -> tuple[Line, ...]:
        """The lines for entities of several types: by interface where one has the field."""
        types = frozenset(node.type for node in nodes)
        found: list[Line] = []
        for item in self._items(tree):
            wanted = types if item.on is None else types & item.on
            found.extend(self._in_fragments(item, nodes[0].graph, (wanted, types), implied))
        return tuple(found)

    def _lines(self, tree: Tree, ground: _Ground) -> tuple[Line, ...]:
        """The lines of a tree on a type."""
        found: list[Line] = []
        site, node = tree.site, ground.node
        root = tree.entry.is_entity and tree.entry.tree is tree
        abstract = self.graph.supergraph.types[site.type].abstract
        if abstract and not node.interface_object and (node.abstract or not root):
            found.append(_typename(site))
        if node.abstract:
            for item in self._items(tree):
                found.extend(self._on_abstract(item, node, ground.implied))
        else:
            types = ground.known or (
                site.types if node.interface_object else frozenset({node.type})
            )
            found.extend(
                self._line(item, node, types, ground.implied)
                for item in self._items(tree)
                if item.on is None or types & item.on
            )
        return tuple(found) or (_typename(site),)

    def _on_abstract(self, item: _Item, node: Node, implied: Condition) -> Iterator[Line]:
        types = node.possible
        whole = item.on is None or item.on >= types
        name = item.identity.name
        if (
            whole
            and self._alike(item, types)
            and name in node.fields
            and self.graph.edge(node, name) is not None
        ):
            yield self._line(item, node, types, implied)
            return
        wanted = types & (item.site.types if item.on is None else item.on)
        yield from self._in_fragments(item, node.graph, (wanted, types), implied, node.view)

    def _in_fragments(
        self,
        item: _Item,
        graph: str,
        types: tuple[frozenset[str], frozenset[str]],
        implied: Condition,
        view: SelectionSet = (),
    ) -> Iterator[Line]:
        """The field for some runtime types of all that there can be: `types` is (some, all)."""
        wanted, possible = types
        if len(wanted) > 1 and not view and self._alike(item, wanted):
            cover = self._cover(graph, wanted, possible, item.identity.name)
            if cover is not None:
                yield _within(self._line(item, cover, wanted, implied), cover.type)
                return
        for type_name in sorted(wanted):
            node = self.graph.nodes.get((graph, type_name))
            if node is None:
                raise PlanningFailed(f"{graph} has no {type_name}")
            node = self.graph.with_view(node, view)
            line = self._line(item, node, frozenset({type_name}), implied)
            yield _within(line, type_name)

    def _cover(
        self, graph: str, wanted: frozenset[str], possible: frozenset[str], name: str
    ) -> Node | None:
        """An interface of the subgraph that has the field and means just the wanted types."""
        for interface in sorted(self.graph.interfaces.get(min(wanted), ())):
            node = self.graph.nodes.get((graph, interface))
            if (
                node is not None
                and node.abstract
                and node.possible & possible == wanted
                and name in node.fields
                and self.graph.edge(node, name) is not None
            ):
                return node
        return None

    def _alike(self, item: _Item, types: frozenset[str]) -> bool:
        """Whether the field may have one key on all the types."""
        groups = self.names.grouped(item.identity, types)
        return groups is None or len(groups) < 2

    def _line(self, item: _Item, node: Node, types: frozenset[str], implied: Condition) -> Line:
        condition = ALWAYS if item.condition == implied else item.condition
        edge = self.graph.edge(node, item.identity.name)
        if edge is None:
            raise PlanningFailed(f"{node!r} cannot resolve {item.identity.text}")
        lines: tuple[Line, ...] = ()
        target = self.graph.target(node, edge)
        if item.tree is not None and target is not None:
            lines = self._lines(item.tree, _Ground(target))
        return Line(item.identity, types, None, edge.type, condition, lines, edge)

    def _items(self, tree: Tree) -> list[_Item]:
        """The tree's fields; those that one for all types makes superfluous are left out."""
        found = [
            _Item(leaf.identity, leaf.on, self.conditions.of(leaf), tree.site, None)
            for leaf in tree.leaves.values()
            if leaf.identity.name != "__typename"
        ]
        found.extend(
            _Item(site.identity, site.on, self.conditions.of(child), tree.site, child)
            for site, child in tree.children.items()
            if site.identity is not None
        )
        general = {
            item.identity.text: item.condition
            for item in found
            if item.on is None and item.tree is None
        }
        return [
            item
            for item in found
            if item.on is None
            or item.tree is not None
            or item.identity.text not in general
            or either(general[item.identity.text], item.condition) != general[item.identity.text]
        ]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where lines stand: the node; runtime types, if some are known where an interface object
    stands for all; and the condition of the whole entry, which lines need not repeat."""

    node: Node
    known: frozenset[str] = frozenset()
    implied: Condition = ALWAYS


def _typename(site: Site) -> Line:
    return Line(TYPENAME, site.types, None, _STRING, ALWAYS)


def _within(line: Line, type_name: str) -> Line:
    if line.on is not None:
        return line
    return Line(
        line.identity, line.types, type_name, line.type, line.condition, line.lines, line.edge
    )


def separate(lines: Iterable[Line], names: Names) -> bool:
    """Divide the types of conflicting lines into classes; True if any had to be."""
    by_key: dict[str, list[Line]] = {}
    for line in lines:
        for type_name in sorted(line.types)[:1] or [""]:
            by_key.setdefault(names.key(line.identity, type_name), []).append(line)
    divided = False
    for group in by_key.values():
        if len(group) < 2:
            divided |= bool(group[0].lines) and separate(group[0].lines, names)
            continue
        clash = _clash(group)
        if clash is not None:
            first, other = clash
            names.divide(other.identity, (other.types - first.types) or other.types)
            divided = True
        else:
            divided |= separate([inner for line in group for inner in line.lines], names)
    return divided


def _clash(group: Sequence[Line]) -> tuple[Line, Line] | None:
    """The first line of a key and one that may not share it."""
    first = group[0]
    for other in group[1:]:
        if first.lines and other.lines:
            same = first.type.wrappers == other.type.wrappers
        else:
            same = first.type.text == other.type.text
        if not same:
            return first, other
    return None
