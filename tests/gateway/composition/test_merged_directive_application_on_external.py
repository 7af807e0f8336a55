"""MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: a composed directive on an external field."""

from tests.gateway.composition.kit import fed2_codes


def test_a_directive_that_composes_belongs_to_the_resolved_field() -> None:
    assert fed2_codes(
        a="""type Query { t: T } type T @key(fields: "id") { id: ID!
             x: Int @external @tag(name: "t") y: Int @requires(fields: "x") }""",
        b='type T @key(fields: "id") { id: ID! x: Int }',
    ) == ["MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"]
