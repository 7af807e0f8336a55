"""REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: a required argument that another subgraph lacks."""

from tests.gateway.composition.kit import fed2_codes, hint_codes, supergraph


def test_a_required_argument_is_everywhere() -> None:
    plain = "type Query { a: Int @shareable }"
    assert fed2_codes(a=plain, b="type Query { a(n: Int!): Int @shareable }") == [
        "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
    ]


def test_an_optional_one_is_dropped_with_a_hint() -> None:
    plain = "type Query { a: Int @shareable }"
    optional = "type Query { a(n: Int): Int @shareable }"
    assert "  a: Int" in supergraph(a=plain, b=optional)
    assert hint_codes(a=plain, b=optional) == ["INCONSISTENT_ARGUMENT_PRESENCE"]
