"""INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: an interface resolved by key without all its types."""

from tests.gateway.composition.kit import fed2_codes


def a(arguments: str = "") -> str:
    return f'''type Query {{ i: I }} interface I @key(fields: "id"{arguments}) {{ id: ID! }}
               type A implements I @key(fields: "id") {{ id: ID! }}'''


B = "interface I { id: ID! } type B implements I { id: ID! }"


def test_who_resolves_the_interface_knows_all_implementations() -> None:
    assert fed2_codes(a=a(), b=B) == ["INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"]
    assert fed2_codes(a=a(", resolvable: false"), b=B) == []
