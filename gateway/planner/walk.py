"""For a place, every node of the query graph where its objects can be had, with cost and way.

The starts are the trees that are already chosen (all but free), the ways down from the parent
place, and casts from the abstract type; `Search.spread` adds what keys lead to. Results are kept
until a tree is added at the site or above.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.graph import ENTRY, FieldEdge, KeyEdge, Node, Option, QueryGraph, Reach, Search
from gateway.planner.sites import Place, Site, SiteBuilder, TypeSet
from gateway.planner.tree import Tree

Barred = frozenset[KeyEdge | FieldEdge]
NOTHING_BARRED: Barred = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The node is where a chosen tree stands."""

    tree: Tree


@dataclass(frozen=True, slots=True)
class Down:
    """The node is a field below the parent place."""

    place: Place
    reachable: Reachable
    option: Option


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The node is `node` of the same site's abstract type, narrowed."""

    place: Place
    reachable: Reachable
    node: Node


@dataclass(frozen=True, slots=True)
class FromRoot:
    """The node is a root type, entered by an operation of its own; `within` is a way to its place
    where that is below the operation's root."""

    within: Node | None


Way = Chosen | Down | Narrowed | FromRoot


@dataclass(frozen=True, slots=True)
class Reachable:
    """Where a place's objects can be had, and how for those not entered by key."""

    reached: dict[Node, Reach]
    ways: dict[Node, Way]


@dataclass(slots=True)
class Walk:
    """Finds ways in one graph, beside the trees chosen so far."""

    graph: QueryGraph
    search: Search
    builder: SiteBuilder
    kept: dict[tuple[Site, TypeSet], tuple[int, Reachable]] = field(default_factory=dict)
    alike: dict[tuple[Node, FieldEdge, frozenset[str]], bool] = field(default_factory=dict)
    banned: frozenset[tuple[int, str]] = frozenset()
    """(site's order, subgraph): entries not to be made."""
    contested: bool = False
    """Whether some node could be had in two ways of about the same cost."""
    stamp: int = 0

    def changed(self, site: Site) -> None:
        """Note that a tree was added at `site`."""
        self.stamp += 1
        site.stamp = self.stamp

    def reach(self, place: Place, barred: Barred = NOTHING_BARRED) -> Reachable:
        """Every node for the place; without the `barred` edges."""
        if barred:
            return self._reach(place, barred | self._banned(place))
        key = (place.site, place.on)
        stamp = _latest(place.site)
        known = self.kept.get(key)
        if known is None or known[0] != stamp:
            known = self.kept[key] = (stamp, self._reach(place, self._banned(place)))
        return known[1]

    def _banned(self, place: Place) -> Barred:
        """The keys of the entries not to be made at the place."""
        if not self.banned:
            return NOTHING_BARRED
        order = place.site.order
        edges = self.graph.keys.get(place.type, ())
        return frozenset(edge for edge in edges if (order, edge.graph) in self.banned)

    def _reach(self, place: Place, barred: Barred) -> Reachable:
        costs: dict[Node, int] = {}
        ways: dict[Node, Way] = {}

        def offer(node: Node | None, cost: int, way: Way) -> None:
            if node is None:
                return
            before = costs.get(node)
            if before is not None and min(cost, before) >= ENTRY > abs(cost - before):
                self.contested = True
            if before is None or cost < before:
                costs[node], ways[node] = cost, way

        site = place.site
        for tree in site.trees:
            offer(self.standing(tree, place), tree.entry.depth, Chosen(tree))
        if place.type != site.type:
            general = Place(site, None, site.type)
            reachable = self.reach(general, barred)
            for reach in reachable.reached.values():
                node = self.graph.cast(reach.node, place.type)
                offer(node, reach.cost, Narrowed(general, reachable, reach.node))
        elif site.parent is None:
            for node in site.hosts.values():
                if (site.order, node.graph) not in self.banned:
                    offer(node, ENTRY, FromRoot(None))
        else:
            above = self.builder.place(site.parent, site.on)
            reachable = self.reach(above, barred)
            for option in self.options(above, self._name(site), reachable, barred):
                target = self.graph.target(option.node, option.edge)
                offer(target, option.cost, Down(above, reachable, option))
            if costs and site.type == self.graph.supergraph.query:
                nearest = min(costs, key=lambda node: costs[node])
                for node in self.graph.roots["query"].values():
                    offer(node, costs[nearest] + ENTRY, FromRoot(nearest))
        reached = self.search.spread(place.type, costs, barred)
        if len(costs) > 1:
            self.contested = self.contested or self._open(place, costs)
        return Reachable(reached, ways)

    def _open(self, place: Place, costs: dict[Node, int]) -> bool:
        """Whether a node could be entered by key as well as from above."""
        least = min(costs.values())
        entered = {edge.graph for edge in self.graph.keys.get(place.type, ())}
        return any(cost > max(least, ENTRY) and n.graph in entered for n, cost in costs.items())

    def _name(self, site: Site) -> str:
        if site.identity is None:
            raise ValueError("the root site has no field")
        return site.identity.name

    def standing(self, tree: Tree, place: Place) -> Node | None:
        """The node where a tree of the place's site stands for the place's types, if for all.

        An entry made for what some fields require is theirs alone.
        """
        if tree.entry.tree is tree and (tree.entry.requires or tree.entry.contexts):
            return None
        if tree.types is None:
            return tree.node if place.on is None else self.graph.cast(tree.node, place.type)
        if place.on is None or not place.on <= tree.types:
            return None
        if tree.node.interface_object or tree.node.type == place.type:
            return tree.node
        return self.graph.nodes.get((tree.node.graph, place.type))

    def options(
        self, place: Place, name: str, reachable: Reachable, barred: Barred = NOTHING_BARRED
    ) -> list[Option]:
        """The ways to resolve a field for all runtime types of the place."""
        options = self.search.options(place.type, name, reachable.reached, barred)
        if place.on is None or len(place.on) == 1:
            return options
        return [option for option in options if self._for_all(option, place.on)]

    def _for_all(self, option: Option, types: frozenset[str]) -> bool:
        key = (option.node, option.edge, types)
        if key not in self.alike:
            self.alike[key] = self._alike(option, types)
        return self.alike[key]

    def _alike(self, option: Option, types: frozenset[str]) -> bool:
        """Whether the option, found for one of the types, is one for all of them."""
        node, edge = option.node, option.edge
        if node.interface_object:
            return True
        for type_name in types:
            other = self.graph.nodes.get((node.graph, type_name))
            if other is None:
                return False
            found = self.graph.edge(self.graph.with_view(other, node.view), edge.name)
            if found is None or found.requires != edge.requires:
                return False
        return True


def _latest(site: Site) -> int:
    latest = 0
    above: Site | None = site
    while above is not None:
        latest = max(latest, above.stamp)
        above = above.parent
    return latest
