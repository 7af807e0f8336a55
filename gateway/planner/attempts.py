"""Ways to plan one operation: the greedy one, then better ones as long as the budget lasts.

A greedy plan is kept as it is where nothing was contested, or where it needs no more requests than
any plan must. Otherwise entries are forbidden one at a time, and the rest planned anew: what takes
fewer requests, a shorter chain or fewer entries is gone on from. The budget is a number of goals,
not a time, so that equal input always gives an equal plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.graph import Node, QueryGraph, Search
from gateway.operation.normalise import NormalField, NormalOperation
from gateway.planner.choose import Choice, Chooser
from gateway.planner.errors import PlanningFailed
from gateway.planner.optimise import PASSES
from gateway.planner.sites import Goal, SiteBuilder
from gateway.planner.steps import make_drafts
from gateway.planner.tree import Entry
from gateway.planner.walk import Walk

MAX_ATTEMPTS = 32
MAX_GOALS = 2_000
"""Goals met over all attempts on one operation."""

Banned = frozenset[tuple[int, str]]
Series = Sequence[tuple[Sequence[NormalField], dict[str, Node]]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to plan; `least` is a number of requests that no plan can do without."""

    entries: list[Entry]
    cost: tuple[int, int, int]
    """Requests, longest chain, entries."""
    goals: int
    sites: int
    """Sites of the client; those of higher order were added for inputs."""
    contested: bool
    least: int
    choices: tuple[Choice, ...]
    """How each goal was met, where that was to be traced."""


def best_attempt(graph: QueryGraph, operation: NormalOperation, *, traced: bool = False) -> Attempt:
    """The best way found; `traced` for `explain`."""
    if operation.kind == "query":
        series: Series = [(operation.selections, dict(graph.roots["query"]))]
    else:
        series = _in_series(graph, operation)
    best = _attempt(graph, operation, series, traced=traced)
    if not best.contested or len(series) != 1:
        return best
    budget = min(MAX_ATTEMPTS, MAX_GOALS // max(1, best.goals))
    banned: Banned = frozenset()
    tried: set[Banned] = set()
    improved = True
    while improved and budget > 0 and best.cost[0] > best.least:
        improved = False
        for ban in _bans(best):
            candidate = banned | {ban}
            if candidate in tried or budget == 0:
                continue
            tried.add(candidate)
            budget -= 1
            try:
                attempt = _attempt(graph, operation, series, candidate, traced=traced)
            except PlanningFailed:
                continue  # that entry cannot be done without
            if attempt.cost < best.cost:
                best, banned, improved = attempt, candidate, True
                break
    return best


def _bans(attempt: Attempt) -> list[tuple[int, str]]:
    """The client's entries, each to be done without; later ones first, as they cost most."""
    found = [
        (entry.site.order, entry.graph)
        for entry in attempt.entries
        if entry.site.order < attempt.sites
    ]
    return list(dict.fromkeys(reversed(found)))


def _attempt(
    graph: QueryGraph,
    operation: NormalOperation,
    series: Series,
    banned: Banned = frozenset(),
    *,
    traced: bool = False,
) -> Attempt:
    """Plan each part of the series; each waits for all before it."""
    search = Search(graph)
    builder = SiteBuilder(graph, search)
    walk = Walk(graph, search, builder, banned=banned)
    choices: list[Choice] = []
    chooser = Chooser(walk, operation.kind, choices=choices if traced else None)
    goals = sites = least = 0
    for fields, hosts in series:
        builder.goals.clear()
        builder.add(builder.root(operation.root_type, hosts), fields)
        goals += len(builder.goals)
        sites = builder.count
        least += _least(graph, builder.goals)
        chooser.meet(builder.goals)
        chooser.before = frozenset(chooser.entries)
    for optimise in PASSES:
        optimise(chooser.entries)
    drafts = make_drafts(chooser.entries)
    depth = max((draft.depth for draft in drafts), default=0)
    cost = (len(drafts), depth, len(chooser.entries))
    return Attempt(chooser.entries, cost, goals, sites, walk.contested, least, tuple(choices))


def _least(graph: QueryGraph, goals: Sequence[Goal]) -> int:
    """How many subgraphs have to be asked at the least."""
    hosts = [
        frozenset(node.graph for node, _ in graph.hosts(goal.place.type, goal.identity.name))
        for goal in goals
        if goal.identity is not None and not goal.identity.name.startswith("__")
    ]
    needed = frozenset(graph for one in hosts if len(one) == 1 for graph in one)
    further = any(not one & needed for one in hosts if one)
    return len(needed) + further


def _in_series(graph: QueryGraph, operation: NormalOperation) -> Series:
    """Root fields with the one subgraph that is to run them; neighbours of one go together."""
    series: list[tuple[list[NormalField], dict[str, Node]]] = []
    for field in operation.selections:
        if field.identity.name.startswith("__"):
            continue
        node = _best_root(graph, operation, field)
        if series and node.graph in series[-1][1]:
            series[-1][0].append(field)
        else:
            series.append(([field], {node.graph: node}))
    return series


def _best_root(graph: QueryGraph, operation: NormalOperation, field: NormalField) -> Node:
    """The subgraph in which a field, that must be called once, takes the fewest requests."""
    name = field.identity.name
    roots = graph.roots[operation.kind].values()
    nodes = [node for node in roots if graph.edge(node, name) is not None]
    if len(nodes) == 1:
        return nodes[0]
    best: tuple[tuple[int, int, int], Node] | None = None
    for node in nodes:
        try:
            attempt = _attempt(graph, operation, [([field], {node.graph: node})])
        except PlanningFailed:
            continue  # it cannot do all of the field; another one may
        if best is None or attempt.cost < best[0]:
            best = (attempt.cost, node)
    if best is None:
        raise PlanningFailed(f"no one subgraph can do all of {operation.root_type}.{name}")
    return best[1]
