"""PROVIDES_INVALID_FIELDS: providing what is not there."""

from tests.gateway.composition.kit import fed2_codes


def test_a_provided_field_must_exist() -> None:
    assert fed2_codes(
        a="""type Query { t: T @provides(fields: "y") }
             type T @key(fields: "id") { id: ID! }"""
    ) == ["PROVIDES_INVALID_FIELDS"]
