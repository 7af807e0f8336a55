"""Supergraphs of every version of the join specification load, show clients the same and plan."""

import pytest
from graphql import parse, print_type

from gateway.federation.api_schema import build_api_schema
from gateway.federation.supergraph import parse_supergraph
from gateway.graph import build_graph
from gateway.planner import PlanInput, plan_operation
from tests.gateway.federation.supergraphs import FIRST_VERSION

LATER = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.%d", for: EXECUTION)
{ query: Query }

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet,
  type: String, external: Boolean, override: String, usedOverridden: Boolean
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable
  on SCHEMA

scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }

enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}

type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }

type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  n: Int @join__field(graph: A) @join__field(graph: B, external: true)
  m: Int @join__field(graph: B, requires: "n")
}
"""
SUPERGRAPHS = {"v0.1": FIRST_VERSION} | {f"v0.{minor}": LATER % minor for minor in range(2, 6)}


@pytest.mark.parametrize("version", SUPERGRAPHS)
def test_every_join_version_loads_and_plans_alike(version: str) -> None:
    supergraph = parse_supergraph(SUPERGRAPHS[version])
    schema = build_api_schema(supergraph)
    document = parse("{ t { m } }")
    planned = plan_operation(
        PlanInput(build_graph(supergraph), schema, document, None, frozenset())
    )
    shown = {name for name in schema.type_map if not name.startswith("__")}
    assert shown == {"Query", "T", "ID", "Int", "String", "Boolean"}
    assert print_type(schema.type_map["T"]) == "type T {\n  id: ID!\n  n: Int\n  m: Int\n}"
    assert [step.subgraph for step in planned.steps] == ["a", "b"]
    assert "{t{" in planned.steps[0].document
    assert "n" in planned.steps[0].document
