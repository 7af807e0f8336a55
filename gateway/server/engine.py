"""What the server asks of the engine; `gateway.pipeline.Pipeline` is one."""

from collections.abc import AsyncGenerator
from typing import Protocol

from gateway.execution.exchange import Answer, GraphQLRequest, RequestContext
from gateway.planner.plan import OperationKind, QueryPlan

Answers = AsyncGenerator[Answer, None]


class Prepared(Protocol):
    """A known operation: parsed, validated and planned."""

    @property
    def kind(self) -> OperationKind:
        """Decides method and transport."""

    @property
    def plan(self) -> QueryPlan:
        """What is run, for those who want to see it."""


class Engine(Protocol):
    """Answers GraphQL requests; every method may raise `gateway.errors.RequestRefused`."""

    def prepare(self, request: GraphQLRequest) -> Prepared:
        """Parse, validate and plan, or find that done; nothing is executed."""

    async def execute(self, request: GraphQLRequest, context: RequestContext) -> Answer:
        """Run a query or mutation to its answer."""

    def subscribe(
        self, request: GraphQLRequest, context: RequestContext
    ) -> AsyncGenerator[Answer, None]:
        """The answers of a subscription, one per event; closing it ends the upstream."""
