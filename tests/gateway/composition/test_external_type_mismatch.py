"""EXTERNAL_TYPE_MISMATCH: an external field of another type."""

from tests.gateway.composition.kit import fed2_codes


def a(kind: str) -> str:
    return f"""type Query {{ t: T }} type T @key(fields: "id") {{ id: ID! x: {kind} @external
               y: Int @requires(fields: "x") }}"""


B = 'type T @key(fields: "id") { id: ID! x: Int! }'


def test_an_external_field_has_the_type_of_the_resolved_one() -> None:
    assert fed2_codes(a=a("Int!"), b=B) == []
    assert fed2_codes(a=a("Int"), b=B) == ["EXTERNAL_TYPE_MISMATCH"]
    assert fed2_codes(a=a("String!"), b=B) == ["EXTERNAL_TYPE_MISMATCH"]
