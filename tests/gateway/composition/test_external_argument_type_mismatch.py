"""EXTERNAL_ARGUMENT_TYPE_MISMATCH: an external field with other arguments."""

from tests.gateway.composition.kit import fed2_codes


def a(arguments: str) -> str:
    return f"""type Query {{ t: T }} type T @key(fields: "id") {{
        id: ID! x{arguments}: Int @external y: Int @requires(fields: "x") }}"""


B = 'type T @key(fields: "id") { id: ID! x(n: Int): Int }'


def test_an_external_field_repeats_the_arguments_of_the_resolved_one() -> None:
    assert fed2_codes(a=a("(n: String)"), b=B) == ["EXTERNAL_ARGUMENT_TYPE_MISMATCH"]
    assert fed2_codes(a=a("(n: Int)"), b=B) == []
