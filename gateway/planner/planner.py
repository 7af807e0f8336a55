"""A validated document in, a `QueryPlan` out: normalise → sites → choose → steps → write."""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLSchema

from gateway.graph import QueryGraph, for_labels
from gateway.operation.normalise import normalise
from gateway.planner.attempts import best_attempt
from gateway.planner.plan import OperationKind, QueryPlan
from gateway.planner.steps import make_drafts
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
    graph = for_labels(given.graph, given.labels)
    operation = normalise(
        given.api_schema, given.document, given.operation_name, graph.runtime_types
    )
    drafts = make_drafts(best_attempt(graph, operation).entries)
    steps, output = PlanWriter.of(graph, given.api_schema, operation).write(drafts)
    return QueryPlan(
        kind=OperationKind(operation.kind),
        steps=steps,
        output=output,
        introspection=operation.introspection,
        labels=graph.labels,
    )
