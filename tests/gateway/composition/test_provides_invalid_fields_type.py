"""PROVIDES_INVALID_FIELDS_TYPE: a @provides that is no string."""

from tests.gateway.composition.kit import fed2_codes


def test_fields_must_be_a_string() -> None:
    assert fed2_codes(a="type Query { t: T @provides(fields: true) } type T { x: Int }") == [
        "PROVIDES_INVALID_FIELDS_TYPE"
    ]
