"""PROVIDES_FIELDS_HAS_ARGS: providing a field with arguments."""

from tests.gateway.composition.kit import fed2_codes


def test_a_provided_field_must_not_have_arguments() -> None:
    assert fed2_codes(
        a="""type Query { t: T @provides(fields: "x") }
             type T @key(fields: "id") { id: ID! x(n: Int): Int @external }""",
        b='type T @key(fields: "id") { id: ID! x(n: Int): Int @shareable }',
    ) == ["PROVIDES_FIELDS_HAS_ARGS"]
