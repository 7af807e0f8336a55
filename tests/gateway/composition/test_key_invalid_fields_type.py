"""KEY_INVALID_FIELDS_TYPE: a key that is no string."""

from tests.gateway.composition.kit import codes, fed2_codes


def test_fields_must_be_a_string() -> None:
    assert fed2_codes(a="type Query { t: T } type T @key(fields: 1) { id: ID! }") == [
        "KEY_INVALID_FIELDS_TYPE"
    ]


def test_federation_1_takes_lists_and_bare_words() -> None:
    for fields in ('["id", "sku"]', "id"):
        sdl = f"type Query {{ t: T }} type T @key(fields: {fields}) {{ id: ID! sku: ID! }}"
        assert codes(a=sdl) == []
