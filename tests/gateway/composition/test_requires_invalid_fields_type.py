"""REQUIRES_INVALID_FIELDS_TYPE: a @requires that is no string."""

from tests.gateway.composition.kit import fed2_codes


def test_fields_must_be_a_string() -> None:
    assert fed2_codes(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! y: Int @requires(fields: 1) }'
    ) == ["REQUIRES_INVALID_FIELDS_TYPE"]
