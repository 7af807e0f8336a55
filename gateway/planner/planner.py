"""A validated document in, a `QueryPlan` out: normalise → sites → choose → steps → write."""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLSchema

from gateway.graph import Node, QueryGraph, Search
from gateway.operation.normalise import NormalField, NormalOperation, normalise
from gateway.planner.choose import Choice, Chooser
from gateway.planner.errors import PlanningFailed
from gateway.planner.optimise import PASSES
from gateway.planner.plan import OperationKind, QueryPlan
from gateway.planner.sites import Site, SiteBuilder
from gateway.planner.steps import make_drafts
from gateway.planner.tree import Entry
from gateway.planner.walk import Walk
from gateway.planner.write import PlanWriter


@dataclass(frozen=True, slots=True)
class PlanInput:
    """What is planned: an operation of a document that is valid by the API schema.

    `labels` are the progressive overrides that are on for this request.
    """

    graph: QueryGraph
    api_schema: GraphQLSchema
    document: DocumentNode
    operation_name: str | None = None
    labels: frozenset[str] = frozenset()


def plan_operation(given: PlanInput) -> QueryPlan:
    """The plan of the operation; equal input gives an equal plan.

    Raises OperationNotResolved for the operation name, PlanningFailed for a supergraph in which
    some field cannot be reached.
    """
    graph = given.graph.for_labels(given.labels)
    operation = normalise(
        given.api_schema, given.document, given.operation_name, graph.runtime_types
    )
    entries = choose_entries(graph, operation)
    for optimise in PASSES:
        optimise(entries)
    drafts = make_drafts(entries)
    steps, output = PlanWriter.of(graph, operation).write(drafts)
    return QueryPlan(
        kind=OperationKind(operation.kind),
        steps=steps,
        output=output,
        introspection=operation.introspection,
        labels=graph.labels,
    )


def choose_entries(
    graph: QueryGraph, operation: NormalOperation, choices: list[Choice] | None = None
) -> list[Entry]:
    """Every entry that the operation needs, in the order of their making.

    A mutation's root fields are planned one after the other, and each waits for all before it.
    `choices` is filled with how each goal was met.
    """
    search = Search(graph)
    builder = SiteBuilder(graph, search)
    chooser = Chooser(Walk(graph, search, builder), operation.kind, choices=choices)
    roots = dict(graph.roots[operation.kind])
    if operation.kind == "query":
        site = builder.root(operation.root_type, roots)
        builder.add(site, operation.selections)
        chooser.meet(builder.goals)
        return chooser.entries
    for fields, node in _in_series(graph, operation, roots):
        builder.goals.clear()
        site = builder.root(operation.root_type, {node.graph: node})
        builder.add(site, fields)
        chooser.meet(builder.goals)
        chooser.before = frozenset(chooser.entries)
    return chooser.entries


def _in_series(
    graph: QueryGraph, operation: NormalOperation, roots: dict[str, Node]
) -> list[tuple[list[NormalField], Node]]:
    """Root fields with the one subgraph that is to run them; neighbours of one go together."""
    series: list[tuple[list[NormalField], Node]] = []
    for field in operation.selections:
        if field.identity.name.startswith("__"):
            continue
        node = _best_root(graph, operation, field, roots)
        if series and series[-1][1] is node:
            series[-1][0].append(field)
        else:
            series.append(([field], node))
    return series


def _best_root(
    graph: QueryGraph, operation: NormalOperation, field: NormalField, roots: dict[str, Node]
) -> Node:
    """The subgraph that can do most of a field by itself (it must be called once)."""
    name = field.identity.name
    nodes = [node for node in roots.values() if graph.edge(node, name) is not None]
    if len(nodes) == 1:
        return nodes[0]
    search = Search(graph)
    best: tuple[int, Node] | None = None
    for node in nodes:
        builder = SiteBuilder(graph, search)
        site: Site = builder.root(operation.root_type, {node.graph: node})
        builder.add(site, [field])
        chooser = Chooser(Walk(graph, search, builder), operation.kind)
        try:
            chooser.meet(builder.goals)
        except PlanningFailed:
            continue  # it cannot do all of the field; another one may
        cost = len(chooser.entries)
        if best is None or cost < best[0]:
            best = (cost, node)
    if best is None:
        raise PlanningFailed(f"no one subgraph can do all of {operation.root_type}.{name}")
    return best[1]
