"""A small supergraph over two subgraphs, for tests of the whole flow over real HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.pipeline import Pipeline, PipelineOptions
from gateway.snapshot import build_snapshot
from gateway.transport import connect
from gateway.transport.base import Transport
from gateway.transport.settings import SubgraphSettings, SubscriptionProtocol
from tests.gateway.transport.subgraph_server import (
    Handler,
    Reply,
    Request,
    SubgraphServer,
    subgraph_server,
)

SUPERGRAPH = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query mutation: Mutation subscription: Subscription }

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet,
  type: String, external: Boolean, override: String, usedOverridden: Boolean)
  repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!)
  repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import])
  repeatable on SCHEMA
scalar join__FieldSet
enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }

type Query @join__type(graph: A) @join__type(graph: B) {
  us: [U] @join__field(graph: A)
  user(id: ID!, shout: Boolean = false): U @join__field(graph: A)
  count: Int @join__field(graph: B)
}
type Mutation @join__type(graph: A) @join__type(graph: B) {
  rename(id: ID!, name: String!): U @join__field(graph: A)
  reset: Boolean @join__field(graph: B)
}
type Subscription @join__type(graph: A) { renamed(id: ID): U @join__field(graph: A) }
type U @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  name: String @join__field(graph: A)
  n: String @join__field(graph: B)
}
"""


ANN = {"id": "1", "name": "Ann"}


def a(request: Request) -> Reply:
    """Subgraph a: users, by hand."""
    if request["query"].startswith("mutation"):
        return Reply({"data": {"rename": {"id": "1", "name": "Bea"}}})
    key = "user" if "user(" in request["query"] else "us"
    return Reply({"data": {key: ANN if key == "user" else [ANN, {"id": "2", "name": "Ben"}]}})


def b(request: Request) -> Reply:
    """Subgraph b: n of a user, a counter."""
    if "_entities" not in request["query"]:
        return Reply({"data": {"count": 3, "reset": True}})
    sent = request["variables"]["representations"]
    return Reply({"data": {"_entities": [{"n": "n" + each["id"]} for each in sent]}})


class Gateway:
    """A pipeline over running subgraphs."""

    def __init__(
        self,
        pipeline: Pipeline,
        subgraphs: Mapping[str, SubgraphServer],
        transports: Mapping[str, Transport],
    ) -> None:
        self.pipeline = pipeline
        self.subgraphs = subgraphs
        self.transports = transports

    async def ask(
        self, query: str, variables: Mapping[str, object] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The parsed answer to a query or mutation."""
        context = more.pop("context", None) or RequestContext()
        request = GraphQLRequest(query, variables=variables or {}, **more)
        answer = await self.pipeline.execute(request, context)
        parsed: dict[str, Any] = msgspec.json.decode(answer.body)
        return parsed

    def sent(self, name: str) -> list[dict[str, Any]]:
        """The requests that a subgraph has had."""
        return self.subgraphs[name].requests


@asynccontextmanager
async def gateway(
    handlers: Mapping[str, Handler],
    options: PipelineOptions | None = None,
    streams: str | None = None,
    protocol: SubscriptionProtocol = SubscriptionProtocol.WEBSOCKET,
) -> AsyncIterator[Gateway]:
    """A pipeline over the subgraphs a and b; `streams` is the URL of a's subscriptions."""
    async with (
        subgraph_server(handlers["a"]) as first,
        subgraph_server(handlers["b"]) as second,
    ):
        transports = {
            "a": connect(
                SubgraphSettings(url=streams or first.url, subscription_protocol=protocol)
            ),
            "b": connect(SubgraphSettings(url=second.url)),
        }
        pipeline = Pipeline(build_snapshot(SUPERGRAPH), transports, options)
        try:
            yield Gateway(pipeline, {"a": first, "b": second}, transports)
        finally:
            for transport in transports.values():
                await transport.aclose()
