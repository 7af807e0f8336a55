"""The positions of an operation, and what has to be had at each: the planner's goals.

A `Site` is an object position of the merged data: a field identity below a parent site, for some
of its runtime types. Selections under different aliases share a site; helper fields (keys, inputs
of `@requires`) add sites of their own. A `Goal` is a leaf to be resolved at a site, or a site that
merely has to exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from graphql import get_named_type, is_composite_type

from gateway.federation.model import TypeKind
from gateway.graph import Node, QueryGraph, Search
from gateway.operation.normalise import Identity, NormalField
from gateway.operation.normalise.conditions import ALWAYS, NEVER, Condition, both, either
from gateway.planner.tree import Tree

TypeSet = frozenset[str] | None
TYPENAME = Identity("__typename", "__typename")


@dataclass(slots=True, eq=False)
class Site:
    """A position; mutable while planning: `children`, `trees` and `stamp` grow.

    `hosts` are the nodes of the subgraphs that can be asked without a further entry; `types` the
    runtime types that all of them agree on, `possible` those that some of them can return.
    `condition` is the client's, relative to the parent.
    """

    parent: "Site | None"
    identity: Identity | None
    on: TypeSet
    type: str
    list_depth: int
    types: frozenset[str]
    possible: frozenset[str]
    hosts: Mapping[str, Node]
    order: int
    condition: Condition = NEVER
    children: dict[tuple[str, TypeSet], "Site"] = field(default_factory=dict)
    trees: list[Tree] = field(default_factory=list)
    stamp: int = 0

    def within(self, other: "Site") -> bool:
        """Whether this is `other` or below it."""
        site: Site | None = self
        while site is not None and site is not other:
            site = site.parent
        return site is other

    def __repr__(self) -> str:
        on = f"|{'|'.join(sorted(self.on))}" if self.on is not None else ""
        head = repr(self.parent) if self.parent is not None else ""
        return f"{head}{on}.{self.identity.text}" if self.identity else "$"


@dataclass(frozen=True, slots=True)
class Place:
    """A site as seen for some of its runtime types; `type` stands for all of them in searches."""

    site: Site
    on: TypeSet
    type: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A leaf wanted at a place on a condition; without identity: the site itself."""

    place: Place
    identity: Identity | None
    condition: Condition
    order: int
    choices: int
    """How many subgraphs can resolve it: goals with few choices are met first."""
    optional: bool = False
    """Met only where that takes no further entry: for union members that only some hosts know."""


@dataclass(slots=True)
class SiteBuilder:
    """Makes sites, and the goals of client fields, in one graph."""

    graph: QueryGraph
    search: Search
    goals: list[Goal] = field(default_factory=list)
    leaves: dict[Site, list[Goal]] = field(default_factory=dict)
    count: int = 0

    def root(self, type_name: str, hosts: Mapping[str, Node]) -> Site:
        """The site of an operation's root, to be entered in any of `hosts`."""
        types = frozenset({type_name})
        site = Site(None, None, None, type_name, 0, types, types, hosts, self.count)
        self.count += 1
        site.condition = ALWAYS
        return site

    def place(self, site: Site, on: TypeSet) -> Place:
        """The place for the runtime types `on` of a site."""
        return Place(site, on, site.type if on is None else min(on))

    def child(self, place: Place, identity: Identity) -> Site:
        """The site of a composite field, made when it is first asked for."""
        site = place.site
        key = (identity.text, place.on)
        known = site.children.get(key)
        if known is not None:
            return known
        hosts = self._hosts(place, identity.name)
        type_name = self.search.child_type(place.type, identity.name)
        types, possible = self._types(type_name, hosts.values())
        child = Site(
            parent=site,
            identity=identity,
            on=place.on,
            type=type_name,
            list_depth=self.list_depth(place.type, identity.name),
            types=types,
            possible=possible,
            hosts=hosts,
            order=self.count,
        )
        self.count += 1
        site.children[key] = child
        return child

    def list_depth(self, type_name: str, name: str) -> int:
        """How many lists are around the values of a field."""
        types = self.graph.supergraph.types
        for owner in (type_name, *sorted(self.graph.interfaces.get(type_name, ()))):
            if name in types[owner].fields:
                return types[owner].fields[name].type.list_depth
        return 0

    def _hosts(self, place: Place, name: str) -> dict[str, Node]:
        """Where the field leads in the subgraphs that can still be asked without a new entry.

        Where there are none, an entry is forced, and every subgraph that has the field counts.
        """
        found: dict[str, Node] = {}
        for graph, node in place.site.hosts.items():
            cast = node if place.on is None else self.graph.cast(node, place.type)
            edge = self.graph.edge(cast, name) if cast is not None else None
            if cast is not None and edge is not None and edge.direct:
                target = self.graph.target(cast, edge)
                if target is not None:
                    found[graph] = target
        if found:
            return found
        for node, edge in self.graph.hosts(place.type, name):
            target = self.graph.target(node, edge)
            if target is not None:
                found[node.graph] = target
        return found

    def _types(
        self, type_name: str, hosts: Iterable[Node]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The runtime types that all hosts can return, and those that one of them can."""
        runtime = self.graph.runtime_types[type_name]
        shared, some = runtime, frozenset[str]()
        for node in hosts:
            possible = runtime if node.interface_object else node.possible
            shared &= possible
            some |= possible & runtime
        return shared, some

    def add(self, site: Site, fields: Iterable[NormalField], *, optional: bool = False) -> None:
        """Make the goals of the client's fields at a site, and of all below.

        A union member that not all hosts can return is no reason for an entry: those that share a
        field return the same, so it will not occur. Of an interface's types none is ruled out.
        """
        union = self.graph.supergraph.types[site.type].kind is TypeKind.UNION
        for group in _by_identity(fields):
            conditions = {one.condition for one in group}
            for one in group:
                inner = one
                if len(conditions) > 1 and one.condition != ALWAYS:
                    inner = replace(one, selections=_conditioned(one))
                unsure = union and one.on is not None and not one.on & site.types
                self._add(site, inner, optional or unsure)

    def _add(self, site: Site, wanted: NormalField, optional: bool) -> None:
        on = wanted.on
        if on is not None:
            on &= site.possible
            if not on:
                return
            on = None if on == site.possible else on
        name = wanted.identity.name
        if name.startswith("__"):
            if name == "__typename" and self.graph.supergraph.types[site.type].abstract:
                place = self.place(site, None)
                self._goal(Goal(place, TYPENAME, wanted.condition, len(self.goals), 2, optional))
            return
        for types in self._classes(site, name, on):
            place = self.place(site, types)
            if not wanted.selections and not is_composite_type(get_named_type(wanted.type)):
                choices, order = len(self.graph.hosts(place.type, name)), len(self.goals)
                self._goal(Goal(place, wanted.identity, wanted.condition, order, choices, optional))
                continue
            child = self.child(place, wanted.identity)
            child.condition = either(child.condition, wanted.condition)
            self._goal(
                Goal(self.place(child, None), None, ALWAYS, len(self.goals), 1_000, optional)
            )
            self.add(child, wanted.selections, optional=optional)

    def _goal(self, goal: Goal) -> None:
        self.goals.append(goal)
        if goal.identity is not None:
            self.leaves.setdefault(goal.place.site, []).append(goal)

    def _classes(self, site: Site, name: str, on: TypeSet) -> list[TypeSet]:
        """The runtime types split where some subgraph makes it necessary to tell them apart.

        They stay together where one subgraph that is at hand resolves the field for all of them.
        None stands for the abstract type itself, and is taken where its own field will do.
        """
        definition = self.graph.supergraph.types[site.type]
        if not definition.abstract:
            return [None]
        if on is None and name in definition.fields:
            starts = dict.fromkeys(site.hosts.values(), 0)
            reached = self.search.spread(site.type, starts)
            if self.search.options(site.type, name, reached):
                return [None]
        types = site.types if on is None else on
        for node in site.hosts.values():
            if all(self._at_hand(node, type_name, name) for type_name in types):
                return [types]
        classes: dict[tuple[object, ...], set[str]] = {}
        for type_name in sorted(types):
            classes.setdefault(self._profile(site, type_name, name), set()).add(type_name)
        return [frozenset(members) for members in classes.values()]

    def _at_hand(self, node: Node, type_name: str, name: str) -> bool:
        cast = self.graph.cast(node, type_name)
        edge = self.graph.edge(cast, name) if cast is not None else None
        return edge is not None and edge.direct

    def _profile(self, site: Site, type_name: str, name: str) -> tuple[object, ...]:
        """What a plan for the field depends on: types of equal profile are planned as one."""
        hosts = tuple(
            (node.graph, node.type == type_name, edge.requires, edge.target, bool(edge.contexts))
            for node, edge in self.graph.hosts(type_name, name)
        )
        keys = tuple(
            (key.graph, key.target == type_name, key.selection)
            for key in self.graph.keys.get(type_name, ())
        )
        known = tuple(graph for graph, node in site.hosts.items() if type_name in node.possible)
        return hosts, keys, known


def _by_identity(fields: Iterable[NormalField]) -> list[list[NormalField]]:
    groups: dict[tuple[str, TypeSet], list[NormalField]] = {}
    for one in fields:
        groups.setdefault((one.identity.text, one.on), []).append(one)
    return list(groups.values())


def _conditioned(one: NormalField) -> tuple[NormalField, ...]:
    """The sub-selections on the field's own condition, where others ask for the field too."""
    found = (
        replace(inner, condition=both(inner.condition, one.condition)) for inner in one.selections
    )
    return tuple(inner for inner in found if inner.condition != NEVER)
