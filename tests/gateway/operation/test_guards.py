"""Guarded elements are served to nobody while no decision about callers is taken."""

import pytest

from gateway.composition import SubgraphInput, compose
from gateway.errors import AccessDenied
from gateway.execution.exchange import GraphQLRequest
from gateway.pipeline import Pipeline
from gateway.snapshot import build_snapshot

SDL = """
extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@authenticated", "@requiresScopes", "@policy"]
)
type Query { open: Int me: User node: Node secret: Secret any: Any }
interface Node { id: ID! }
type User implements Node @key(fields: "id") {
  id: ID!
  name: String
  email: String @authenticated
  salary: Int @requiresScopes(scopes: [["hr"]])
}
type Safe implements Node @policy(policies: [["safe"]]) { id: ID! content: String }
scalar Secret @authenticated
union Any = User | Safe
"""


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    composed = compose([SubgraphInput("a", "http://a", SDL)])
    assert composed.supergraph_sdl is not None, composed.errors
    return Pipeline(build_snapshot(composed.supergraph_sdl), {})


@pytest.mark.parametrize(
    ("document", "coordinates"),
    [
        ("{ me { name email } }", ["User.email"]),
        ("{ me { email salary } }", ["User.email", "User.salary"]),
        ("{ alias: me { other: salary @include(if: false) } }", ["User.salary"]),
        ("{ ...Part } fragment Part on Query { me { email } }", ["User.email"]),
        ("{ any { ... on Safe { content } } }", ["Safe"]),
        ("{ secret }", ["Secret"]),
    ],
)
def test_g63_what_is_guarded_is_refused_with_its_coordinate(
    pipeline: Pipeline, document: str, coordinates: list[str]
) -> None:
    with pytest.raises(AccessDenied) as refused:
        pipeline.prepare(GraphQLRequest(document))
    found = [error["extensions"] for error in refused.value.errors]
    assert found == [
        {"code": "UNAUTHORIZED_FIELD_OR_TYPE", "coordinate": coordinate}
        for coordinate in coordinates
    ]


def test_g63_an_interface_field_that_a_guarded_type_has_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(AccessDenied, match="Safe"):
        pipeline.prepare(GraphQLRequest("{ node { id } }"))


@pytest.mark.parametrize(
    "document", ["{ open }", "{ me { id name } }", "{ __schema { types { name } } }"]
)
def test_what_is_not_guarded_is_planned(pipeline: Pipeline, document: str) -> None:
    assert pipeline.prepare(GraphQLRequest(document)).plan
