"""Query plans by hand, briefly: what the planner would make, for tests of execution alone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from graphql import GraphQLOutputType, GraphQLSchema, build_schema, parse_type, type_from_ast

from gateway.execution.conditions import decide
from gateway.execution.exchange import RequestContext
from gateway.execution.executor import Run, Surroundings, execute
from gateway.execution.prepared import prepare_plan
from gateway.planner.plan import (
    LIST,
    Condition,
    EntityInput,
    FetchField,
    FetchStep,
    InputField,
    OperationKind,
    OutputField,
    QueryPlan,
    Representation,
    ResponsePath,
)
from gateway.transport import connect
from gateway.transport.base import Transport
from gateway.transport.headers import ResponseHeaderRules
from gateway.transport.settings import SubgraphSettings


def fetched(name: str, type_: str, *selection: FetchField, on: str | None = None) -> FetchField:
    """A field of a request; `on` names the one type it is selected for."""
    types = None if on is None else frozenset({on})
    return FetchField(name, name, type_, selection, types)


def root_step(subgraph: str, document: str, *selection: FetchField, **more: Any) -> FetchStep:
    """Step 0: a root fetch."""
    return FetchStep(
        id=more.get("id", 0),
        subgraph=subgraph,
        kind=more.get("kind", OperationKind.QUERY),
        document=document,
        operation_name=None,
        variables=more.get("variables", ()),
        after=frozenset(more.get("after", ())),
        path=more.get("path", ()),
        inputs=(),
        selections=(selection,),
    )


def entity_step(
    subgraph: str,
    document: str,
    inputs: tuple[EntityInput, ...],
    *selections: tuple[FetchField, ...],
    id: int = 1,  # noqa: A002  # the plan's own word
    after: tuple[int, ...] = (0,),
) -> FetchStep:
    """An `_entities` fetch."""
    return FetchStep(
        id=id,
        subgraph=subgraph,
        kind=OperationKind.QUERY,
        document=document,
        operation_name=None,
        variables=(),
        after=frozenset(after),
        path=(),
        inputs=inputs,
        selections=selections,
    )


def entities(
    type_: str, *targets: ResponsePath, key: str = "id", condition: Condition | None = None
) -> EntityInput:
    """The input of objects of one type with one key."""
    return EntityInput(
        alias="_entities",
        variable="representations",
        targets=targets,
        representations=(Representation(frozenset({type_}), type_, (InputField(key, key),)),),
        condition=condition,
    )


class Client:
    """The client's side: a schema, and output fields of its types."""

    def __init__(self, sdl: str) -> None:
        self.schema: GraphQLSchema = build_schema(sdl)

    def type(self, text: str) -> GraphQLOutputType:
        """A type reference of the schema."""
        found = type_from_ast(self.schema, parse_type(text))
        assert found is not None
        return found  # type: ignore[return-value]  # the tests name output types only

    def out(
        self, key: str, type_: str, *selection: OutputField, source: str | None = None, **more: Any
    ) -> OutputField:
        """A field of the answer; `source` is the field's name where `key` is an alias."""
        name = source or key
        return OutputField(key, name, name, self.type(type_), selection, **more)


@asynccontextmanager
async def open_subgraphs(
    urls: Mapping[str, str], **settings: Any
) -> AsyncIterator[dict[str, Transport]]:
    """Transports to subgraphs by name, closed at the end."""
    transports = {
        name: connect(SubgraphSettings(url=url, **settings)) for name, url in urls.items()
    }
    try:
        yield transports
    finally:
        for transport in transports.values():
            await transport.aclose()


def make_run(
    plan: QueryPlan,
    client: Client,
    transports: Mapping[str, Transport],
    variables: Mapping[str, object] | None = None,
) -> Run:
    """A run of a plan, not started."""
    rules = ResponseHeaderRules()
    values = variables or {}
    return Run(
        prepare_plan(decide(plan, values), client.schema),
        values,
        Surroundings(transports, rules, rules.watched, lambda _document, _variables: {}),
        RequestContext(),
    )


async def answer(
    plan: QueryPlan,
    client: Client,
    transports: Mapping[str, Transport],
    variables: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Run a plan to its answer, parsed."""
    run = make_run(plan, client, transports, variables)
    body = (await execute(run.plan, run.variables, run.around, run.context)).body
    parsed: dict[str, Any] = msgspec.json.decode(body)
    return parsed


__all__ = [
    "LIST",
    "Client",
    "answer",
    "entities",
    "entity_step",
    "fetched",
    "make_run",
    "open_subgraphs",
    "root_step",
]
