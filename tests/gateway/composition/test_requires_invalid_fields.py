"""REQUIRES_INVALID_FIELDS: requiring what cannot be asked for."""

from tests.gateway.composition.kit import fed2_codes

B = 'type T @key(fields: "id") { id: ID! x(n: Int!): Int }'


def a(fields: str, arguments: str = "n: Int!") -> str:
    return f'''type Query {{ t: T }} type T @key(fields: "id") {{
        id: ID! x({arguments}): Int @external y: Int @requires(fields: "{fields}") }}'''


def test_required_fields_must_exist() -> None:
    assert fed2_codes(a=a("z x(n: 1)"), b=B) == ["REQUIRES_INVALID_FIELDS"]


def test_arguments_are_given_by_name_type_and_need() -> None:
    assert fed2_codes(a=a("x(n: 1)"), b=B) == []
    assert fed2_codes(a=a("x"), b=B) == ["REQUIRES_INVALID_FIELDS"]
    assert fed2_codes(a=a("x(n: true)"), b=B) == ["REQUIRES_INVALID_FIELDS"]
    assert fed2_codes(a=a("x(m: 1, n: 1)"), b=B) == ["REQUIRES_INVALID_FIELDS"]


def test_an_argument_that_another_subgraph_requires_must_be_given() -> None:
    assert fed2_codes(a=a("x", "n: Int"), b=B) == ["REQUIRES_INVALID_FIELDS"]
