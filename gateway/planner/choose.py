"""Goals in, entries with their trees out: each goal is met where that costs least.

Goals with the fewest subgraphs to choose from come first, so that the rest can join them. A goal
already resolvable in a chosen tree costs next to nothing. Ties go to the subgraph that can
resolve most of what the client wants nearby, then to the order of subgraphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from gateway.federation.selection import SelectionSet
from gateway.graph import ENTRY, KeyEdge, Node, Option
from gateway.operation.normalise import Identity
from gateway.planner.cursor import Cursor, Wanted
from gateway.planner.errors import PlanningFailed
from gateway.planner.requirements import Provision, Requirements, merged
from gateway.planner.sites import TYPENAME, Goal, Place, Site
from gateway.planner.tree import Entry, Tree
from gateway.planner.walk import Chosen, FromRoot, Narrowed, Reachable, Walk

NodeTest = Callable[[Node], bool]


@dataclass(frozen=True, slots=True)
class Choice:
    """How a goal was met: on `node`, of `options` and their costs (none where nothing was open)."""

    goal: Goal
    node: Node
    options: tuple[tuple[Node, int], ...] = ()


@dataclass(slots=True)
class Chooser:
    """Meets goals one by one; `entries` grow in the order they are made."""

    walk: Walk
    root_kind: str
    entries: list[Entry] = field(default_factory=list)
    before: frozenset[Entry] = frozenset()
    """What has to be done before the next root entry (mutations)."""
    choices: list[Choice] | None = None
    """Filled for `explain`."""
    coverage: dict[tuple[Site, Node], int] = field(default_factory=dict)

    def meet(self, goals: Iterable[Goal]) -> None:
        """Meet every goal; raises PlanningFailed for one that cannot be."""
        for goal in sorted(goals, key=lambda one: (one.optional, one.choices, one.order)):
            if goal.optional and not self._free(goal):
                continue
            options = self._open(goal) if self.choices is not None else ()
            if goal.identity is None:
                tree = self._exist(goal)
            elif goal.identity.name == "__typename":
                tree = self._name_type(goal)
            else:
                tree = self.resolve(goal.place, goal.identity, goal.condition)
                tree.leaf(goal.identity, goal.place.on).wanted.append(goal.condition)
            if self.choices is not None:
                self.choices.append(Choice(goal, tree.node, options))

    def _free(self, goal: Goal) -> bool:
        """Whether the goal can be met without a further entry."""
        reachable = self.walk.reach(goal.place)
        costs = [reach.cost for reach in reachable.reached.values()]
        if goal.identity is not None and goal.identity.name != "__typename":
            options = self.walk.options(goal.place, goal.identity.name, reachable)
            costs = [option.cost for option in options]
        return min(costs, default=ENTRY) < ENTRY

    def _open(self, goal: Goal) -> tuple[tuple[Node, int], ...]:
        """The options of a goal that is not met by what is chosen."""
        if goal.identity is None or self.chosen(goal.place, goal.identity.name) is not None:
            return ()
        reachable = self.walk.reach(goal.place)
        options = self.walk.options(goal.place, goal.identity.name, reachable)
        return tuple((option.node, option.cost) for option in options)

    def _exist(self, goal: Goal) -> Tree:
        site = goal.place.site
        if not site.trees:
            return self._nearest(goal, lambda node: True)
        tree = min(site.trees, key=lambda tree: (tree.types is not None, tree.entry.depth))
        tree.ask()
        return tree

    def _name_type(self, goal: Goal) -> Tree:
        """A runtime type is known wherever the site is fetched, but from interface objects."""
        tree = self._nearest(goal, lambda node: not node.interface_object)
        tree.leaf(TYPENAME, None).wanted.append(goal.condition)
        return tree

    def _nearest(self, goal: Goal, accepts: NodeTest) -> Tree:
        reachable = self.walk.reach(goal.place)
        found = [reach for reach in reachable.reached.values() if accepts(reach.node)]
        if not found:
            raise PlanningFailed.unreachable(goal.place, "__typename")
        best = min(found, key=lambda reach: reach.cost)
        return self.realise(Cursor(goal.place, reachable, goal.condition), best.node)

    def resolve(self, place: Place, identity: Identity, wanted: Wanted) -> Tree:
        """The tree in which to select a client's field, chosen by cost."""
        known = self.chosen(place, identity.name)
        if known is not None:
            known.ask()
            return known
        reachable = self.walk.reach(place)
        options = self.walk.options(place, identity.name, reachable)
        if not options:
            raise PlanningFailed.unreachable(place, identity.name)
        best = min(options, key=lambda option: self._rank(place, option))
        if any(option is not best and option.cost < best.cost + ENTRY for option in options):
            self.walk.contested = True
        return self.commit(Cursor(place, reachable, wanted), best)

    def chosen(self, place: Place, name: str) -> Tree | None:
        """The earliest chosen tree that resolves the field directly."""
        best: Tree | None = None
        for tree in place.site.trees:
            if best is not None and tree.entry.depth >= best.entry.depth:
                continue
            node = self.walk.standing(tree, place)
            edge = self.walk.graph.edge(node, name) if node is not None else None
            if edge is not None and edge.direct and self._all_there(tree, place, name):
                best = tree
        return best

    def _all_there(self, tree: Tree, place: Place, name: str) -> bool:
        if place.on is None or len(place.on) == 1:
            return True
        graph = self.walk.graph
        for type_name in place.on:
            node = self.walk.standing(tree, replace(place, type=type_name))
            edge = graph.edge(node, name) if node is not None else None
            if edge is None or not edge.direct:
                return False
        return True

    def _rank(self, place: Place, option: Option) -> tuple[int, bool, int, int]:
        covered = self.covered(place.site, option.node)
        alone = option.cost >= ENTRY and not self._has_company(place, option)
        return option.cost // ENTRY, alone, -covered, option.cost

    def _has_company(self, place: Place, option: Option) -> bool:
        """Whether a request goes to the subgraph anyway when this entry would be due."""
        site: Site | None = place.site
        while site is not None and not site.trees:
            site = site.parent
        before = min((tree.entry.depth for tree in site.trees), default=0) if site else 0
        due = before + option.cost // ENTRY
        return any(
            entry.depth == due and entry.graph == option.node.graph for entry in self.entries
        )

    def covered(self, site: Site, node: Node) -> int:
        """How many of the client's positions below a site one subgraph has fields for."""
        key = (site, node)
        if key not in self.coverage:
            graph = self.walk.graph
            total = 1
            for child in site.children.values():
                place = self.walk.builder.place(site, child.on)
                cast = node if child.on is None else graph.cast(node, place.type)
                name = child.identity.name if child.identity else ""
                edge = graph.edge(cast, name) if cast is not None else None
                target = graph.target(cast, edge) if cast is not None and edge else None
                total += self.covered(child, target) if target is not None else 0
            self.coverage[key] = total + self._leaves_at(site, node)
        return self.coverage[key]

    def _leaves_at(self, site: Site, node: Node) -> int:
        graph = self.walk.graph
        found = 0
        for goal in self.walk.builder.leaves.get(site, ()):
            cast = node if goal.place.on is None else graph.cast(node, goal.place.type)
            name = goal.identity.name if goal.identity else ""
            found += cast is not None and graph.edge(cast, name) is not None
        return found

    def commit(self, cursor: Cursor, option: Option) -> Tree:
        """The tree of an option, with whatever has to be fetched for it."""
        if option.source is not None:
            return self.realise(cursor, option.source.node)
        return self._enter(cursor, option.node, _needed(option))

    def realise(self, cursor: Cursor, node: Node) -> Tree:
        """The tree that stands on a reachable node, made with all that leads to it."""
        standing = self._standing(cursor.place, node)
        if standing is not None:
            self._want(standing, cursor)
            return standing
        reach = cursor.reachable.reached[node]
        if reach.key is not None:
            barred = cursor.barred | {reach.key}
            cheaper = _below(cursor.reachable, reach.cost)
            cursor = Cursor(cursor.place, cheaper, cursor.wanted, barred)
            return self._enter(cursor, node, _Need(reach.key))
        way = cursor.reachable.ways[node]
        if isinstance(way, Chosen):
            raise PlanningFailed(f"{way.tree.site!r} was left before it was reached")
        if isinstance(way, Narrowed):
            above = Cursor(way.place, way.reachable, cursor.wanted, cursor.barred)
            return self.realise(above, way.node)
        if isinstance(way, FromRoot):
            return self._enter_root(cursor, node, way)
        above = Cursor(way.place, way.reachable, cursor.wanted, cursor.barred)
        parent = self.commit(above, way.option)
        tree = parent.children.get(cursor.place.site)
        if tree is None:
            tree = parent.child(cursor.place.site, node)
            self.walk.changed(cursor.place.site)
        self._want(tree, cursor)
        return tree

    def _standing(self, place: Place, node: Node) -> Tree | None:
        """The earliest tree on the node: chosen before, or since the way to it was found."""
        found = [tree for tree in place.site.trees if self.walk.standing(tree, place) is node]
        return min(found, key=lambda tree: tree.entry.depth, default=None)

    def _want(self, tree: Tree, cursor: Cursor) -> None:
        """Note who wants the tree: at and above its own site, an entry needs what clients want."""
        wanted = cursor.wanted
        if isinstance(wanted, Entry) and not wanted.site.within(tree.site):
            tree.wanted.append(wanted)
        else:
            tree.ask()

    def _enter_root(self, cursor: Cursor, node: Node, way: FromRoot) -> Tree:
        kind = self.root_kind if way.within is None else "query"
        entry = Entry(len(self.entries), node.graph, cursor.place.site, kind, node.type)
        if way.within is None:
            entry.after = set(self.before)
        else:
            parent = self.realise(replace(cursor, wanted=entry), way.within)
            entry.after = {parent.entry}
        return self._add(entry, node)

    def _add(self, entry: Entry, node: Node) -> Tree:
        entry.depth = 1 + max((one.depth for one in entry.after), default=0)
        entry.order = len(self.entries)
        self.entries.append(entry)
        entry.tree = Tree(entry, entry.site, node, entry.types)
        entry.site.trees.append(entry.tree)
        self.walk.changed(entry.site)
        return entry.tree

    def _enter(self, cursor: Cursor, node: Node, need: _Need) -> Tree:
        """The entity entry into a node's subgraph; a fitting one is used again."""
        place = cursor.place
        new = Entry(
            len(self.entries),
            node.graph,
            place.site,
            "entity",
            need.key.target if need.key.target == place.site.type or node.interface_object else "",
            place.on if place.type != place.site.type else None,
            need.requires,
        )
        requirements = Requirements(self, cursor, new)
        provision = requirements.provide(need.key.selection, is_key=True)
        if need.requires:
            provision = provision.joined(requirements.provide(need.requires, is_key=False))
        if need.option is not None and need.option.edge.contexts:
            new.contexts, deps = requirements.contexts(need.option.edge.contexts)
            provision = Provision(provision.inputs, provision.after | deps)
        new.after = set(provision.after) or {requirements.presence().entry}
        if new.types is not None and not new.target:
            new.inputs = dict.fromkeys(sorted(new.types), provision.inputs)
        else:
            new.inputs = {need.key.target: provision.inputs}
        known = self._fitting(new)
        if known is None:
            return self._add(new, self.walk.graph.nodes[node.graph, need.key.target])
        new.merged_into = known
        for name, inputs in new.inputs.items():
            known.inputs[name] = merged([*known.inputs.get(name, ()), *inputs])
        known.after |= new.after
        if known.types is not None and new.types is not None:
            known.types |= new.types
            known.tree.types = known.types
            self.walk.changed(known.site)
        return known.tree

    def _fitting(self, new: Entry) -> Entry | None:
        """An entry that does the same, for more runtime types perhaps, and no later."""
        depth = max(one.depth for one in new.after)
        for known in self.entries:
            if (
                known.is_entity
                and known.site is new.site
                and (known.graph, known.target, known.requires)
                == (new.graph, new.target, new.requires)
                and (known.types is None) == (new.types is None)
                and known.contexts == new.contexts
                and depth < known.depth
            ):
                return known
        return None


@dataclass(frozen=True, slots=True)
class _Need:
    """What an entry sends: a key, and what the field it is made for requires."""

    key: KeyEdge
    requires: SelectionSet = ()
    option: Option | None = None


def _needed(option: Option) -> _Need:
    if option.entry is None:
        raise ValueError("an option without a source is entered by key")
    return _Need(option.entry, option.edge.requires, option)


def _below(reachable: Reachable, cost: int) -> Reachable:
    """Only what is had more cheaply: inputs of an entry must not come through it."""
    kept = {node: reach for node, reach in reachable.reached.items() if reach.cost < cost}
    return Reachable(kept, reachable.ways)
