"""KEY_DIRECTIVE_IN_FIELDS_ARG: a directive within a key."""

from tests.gateway.composition.kit import fed2_codes


def test_a_known_directive_has_no_place_in_a_key() -> None:
    sdl = """directive @lower on FIELD type Query { t: T }
             type T @key(fields: "id @lower") { id: ID! }"""
    assert fed2_codes(a=sdl) == ["KEY_DIRECTIVE_IN_FIELDS_ARG"]
