"""An engine of one graphql-core schema, so that the server's tests need no subgraph."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute,
    subscribe,
)

from gateway.execution.exchange import Answer, AnswerKind, GraphQLRequest, RequestContext
from gateway.operation.document import parse_document, select_operation, validate_document
from gateway.operation.limits import Limits
from gateway.operation.variables import compile_variables
from gateway.planner.plan import OperationKind, QueryPlan
from gateway.server.engine import Answers

LIMITS = Limits(tokens=1_000, depth=10)
SCHEMA = """
type Query {
  hello(name: String! = "you"): String
  authorization: String
  header(name: String!): String
  slow(seconds: Float!): String
  boom: String!
}
type Mutation {
  header(name: String!): String
  set_cookie(value: String!): String
  slowly(seconds: Float!): String
}
type Subscription {
  count(to: Int!, every_seconds: Float! = 0): Int
  forever: Int
  who_am_i: String
}
"""


Info = GraphQLResolveInfo[RequestContext]


@dataclass(frozen=True, slots=True)
class PreparedInTest:
    """A parsed and validated operation."""

    kind: OperationKind
    document: DocumentNode
    operation: OperationDefinitionNode

    @property
    def plan(self) -> QueryPlan:
        return QueryPlan(self.kind, steps=(), output=())


@dataclass(slots=True)
class InTestEngine:
    """Answers by graphql-core; `cancelled` and `finished` tell what became of slow fields."""

    schema: GraphQLSchema = field(default_factory=lambda: build_schema(SCHEMA))
    limits: Limits = LIMITS
    cancelled: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    open_streams: int = 0
    events: int = 0

    def prepare(self, request: GraphQLRequest) -> PreparedInTest:
        document = parse_document(request.query, self.limits)
        validate_document(self.schema, document)
        operation = select_operation(document, request.operation_name)
        return PreparedInTest(OperationKind(operation.operation.value), document, operation)

    async def execute(self, request: GraphQLRequest, context: RequestContext) -> Answer:
        prepared = self.prepare(request)
        values = compile_variables(self.schema, prepared.operation)(request.variables)
        result = execute(
            self.schema,
            prepared.document,
            root_value=Root(self),
            context_value=context,
            variable_values=values,
            operation_name=request.operation_name,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        return answer_of(result)

    async def subscribe(self, request: GraphQLRequest, context: RequestContext) -> Answers:
        prepared = self.prepare(request)
        values = compile_variables(self.schema, prepared.operation)(request.variables)
        events = subscribe(
            self.schema,
            prepared.document,
            root_value=Root(self),
            context_value=context,
            variable_values=values,
        )
        results = await events if inspect.isawaitable(events) else events
        assert not isinstance(results, ExecutionResult)
        self.open_streams += 1
        try:
            async for result in results:
                self.events += 1
                yield answer_of(result)
        finally:
            self.open_streams -= 1


@dataclass(slots=True)
class Root:
    """The root value: one method per field."""

    engine: InTestEngine

    def hello(self, info: Info, name: str) -> str:
        return f"hello {name}"

    def authorization(self, info: Info) -> str | None:
        return authorization_of(info)

    def header(self, info: Info, name: str) -> str | None:
        value = dict(info.context.headers).get(name.encode())
        return None if value is None else value.decode()

    def boom(self, info: Info) -> str:
        raise ValueError("boom")

    async def slow(self, info: Info, seconds: float) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.engine.cancelled.append("slow")
            raise
        return "slow"

    def set_cookie(self, info: Info, value: str) -> str:
        info.context.response_headers.append((b"set-cookie", b"session=" + value.encode()))
        info.context.response_headers.append((b"set-cookie", b"other=1"))
        return value

    async def slowly(self, info: Info, seconds: float) -> str:
        await asyncio.sleep(seconds)
        self.engine.finished.append("slowly")
        return "slowly"

    async def count(
        self, info: Info, to: int, every_seconds: float
    ) -> AsyncIterator[Mapping[str, object]]:
        for number in range(1, to + 1):
            await asyncio.sleep(every_seconds)
            yield {"count": number}

    async def forever(self, info: Info) -> AsyncIterator[Mapping[str, object]]:
        yield {"forever": 0}
        await asyncio.Event().wait()

    async def who_am_i(self, info: Info) -> AsyncIterator[Mapping[str, object]]:
        while True:
            yield {"who_am_i": authorization_of(info)}
            await asyncio.sleep(0.05)


def authorization_of(info: Info) -> str | None:
    value = dict(info.context.headers).get(b"authorization")
    return None if value is None else value.decode()


def answer_of(result: ExecutionResult) -> Answer:
    return Answer(AnswerKind.EXECUTED, orjson.dumps(result.formatted))
