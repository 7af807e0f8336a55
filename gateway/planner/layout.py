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
from gateway.graph import FieldEdge, Node, QueryGraph
from gateway.operation.normalise import Identity
from gateway.operation.normalise.conditions import ALWAYS, Condition, either
from gateway.planner.errors import PlanningFailed
from gateway.planner.names import Names
from gateway.planner.sites import TYPENAME, Site
from gateway.planner.tree import Entry, Tree, TypeSet, any_of

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

    def entry(self, entry: Entry) -> tuple[Line, ...]:
        """The lines below a root, or below `_entities`: there all are in fragments."""
        condition = entry.condition()
        tree = entry.tree
        if not entry.is_entity:
            return self.lines(tree, tree.node, condition)
        found: list[Line] = []
        for name in sorted(entry.inputs):
            node = self.graph.nodes[entry.graph, name]
            types = entry.types if node.interface_object else None
            lines = self.lines(tree, node, condition, types or frozenset())
            found.extend(_within(line, name) for line in lines)
        return tuple(found)

    def lines(
        self,
        tree: Tree,
        node: Node,
        implied: Condition = ALWAYS,
        known: frozenset[str] = frozenset(),
    ) -> tuple[Line, ...]:
        """The lines of a tree on a type; conditions equal to `implied` need not be written.

        `known` are the runtime types where an interface object stands for some of them.
        """
        found: list[Line] = []
        site = tree.site
        root = tree.entry.is_entity and tree.entry.tree is tree
        abstract = self.graph.supergraph.types[site.type].abstract
        if abstract and not node.interface_object and (node.abstract or not root):
            found.append(Line(TYPENAME, site.types, None, _STRING, ALWAYS))
        if node.abstract:
            types = node.possible
            if tree.types is not None:
                types &= tree.types
            for item in _items(tree):
                found.extend(self._on_abstract(item, node, types, implied))
        else:
            types = known or (site.types if node.interface_object else frozenset({node.type}))
            found.extend(
                self._line(item, node, types, implied)
                for item in _items(tree)
                if item.on is None or types <= item.on
            )
        return tuple(found) or (Line(TYPENAME, site.types, None, _STRING, ALWAYS),)

    def _on_abstract(
        self, item: _Item, node: Node, types: frozenset[str], implied: Condition
    ) -> Iterator[Line]:
        name = item.identity.name
        whole = item.on is None or item.on >= types
        groups = self.names.grouped(item.identity, types)
        alike = groups is None or len(groups) < 2
        if whole and alike and name in node.fields and self.graph.edge(node, name) is not None:
            yield self._line(item, node, types, implied)
            return
        wanted = types & (item.site.types if item.on is None else item.on)
        for type_name in sorted(wanted):
            cast = self.graph.cast(node, type_name)
            if cast is None:
                raise PlanningFailed(f"{node!r} has no {type_name}")
            line = self._line(item, cast, frozenset({type_name}), implied)
            yield _within(line, type_name)

    def _line(self, item: _Item, node: Node, types: frozenset[str], implied: Condition) -> Line:
        condition = ALWAYS if item.condition == implied else item.condition
        edge = self.graph.edge(node, item.identity.name)
        if edge is None:
            raise PlanningFailed(f"{node!r} cannot resolve {item.identity.text}")
        lines: tuple[Line, ...] = ()
        target = self.graph.target(node, edge)
        if item.tree is not None and target is not None:
            lines = self.lines(item.tree, target)
        return Line(item.identity, types, None, edge.type, condition, lines, edge)


def _within(line: Line, type_name: str) -> Line:
    if line.on is not None:
        return line
    return Line(
        line.identity, line.types, type_name, line.type, line.condition, line.lines, line.edge
    )


def _items(tree: Tree) -> list[_Item]:
    """The tree's fields; those that one for all types makes superfluous are left out."""
    found = [
        _Item(leaf.identity, leaf.on, any_of(leaf.wanted), tree.site, None)
        for leaf in tree.leaves.values()
        if leaf.identity.name != "__typename"
    ]
    for site, child in tree.children.items():
        if site.identity is not None:
            found.append(_Item(site.identity, site.on, child.condition(), tree.site, child))
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
        same = first.type.wrappers == other.type.wrappers
        if not first.lines and not other.lines:
            same = first.type.text == other.type.text
        if not same:
            return first, other
    return None
