"""REQUIRES_DIRECTIVE_IN_FIELDS_ARG: a directive within a @requires."""

from tests.gateway.composition.kit import fed2_codes


def test_a_known_directive_has_no_place_there() -> None:
    assert fed2_codes(
        a="""directive @lower on FIELD type Query { t: T } type T @key(fields: "id") { id: ID!
             x: Int @external y: Int @requires(fields: "x @lower") }""",
        b='type T @key(fields: "id") { id: ID! x: Int }',
    ) == ["REQUIRES_DIRECTIVE_IN_FIELDS_ARG"]
