"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: reading guarded fields on behalf of an unguarded one."""

from tests.gateway.composition.kit import fed2_codes


def a(directive: str = "") -> str:
    return f"""type Query {{ t: T }} type T @key(fields: "id") {{ id: ID! x: Int @external
               y: Int @requires(fields: "x") {directive} }}"""


B = 'type T @key(fields: "id") {{ id: ID! x: Int {} }}'


def test_what_requires_guarded_fields_is_guarded_alike() -> None:
    b = B.format("@authenticated")
    assert fed2_codes(a=a(), b=b) == ["MISSING_TRANSITIVE_AUTH_REQUIREMENTS"]
    assert fed2_codes(a=a("@authenticated"), b=b) == []


def test_stricter_scopes_are_enough() -> None:
    b = B.format('@requiresScopes(scopes: [["r"]])')
    assert fed2_codes(a=a('@requiresScopes(scopes: [["r", "w"]])'), b=b) == []
    assert fed2_codes(a=a('@requiresScopes(scopes: [["r"], ["w"]])'), b=b) == [
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
    ]
