"""FIELD_ARGUMENT_TYPE_MISMATCH: one argument of incompatible types."""

from tests.gateway.composition.kit import fed2_codes, supergraph


def test_arguments_take_the_narrower_type() -> None:
    sdl = supergraph(
        a="type Query { t(n: Int): Int @shareable }", b="type Query { t(n: Int!): Int @shareable }"
    )
    assert "t(n: Int!): Int" in sdl


def test_arguments_without_common_ground_are_refused() -> None:
    assert fed2_codes(
        a="type Query { t(n: Int): Int @shareable }",
        b="type Query { t(n: ID): Int @shareable }",
    ) == ["FIELD_ARGUMENT_TYPE_MISMATCH"]


def test_executable_directives_are_compared_too() -> None:
    assert fed2_codes(
        a="directive @d(n: Int) on FIELD type Query { a: Int }",
        b="directive @d(n: ID) on FIELD type Query { b: Int }",
    ) == ["FIELD_ARGUMENT_TYPE_MISMATCH"]
