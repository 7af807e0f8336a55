"""KEY_INVALID_FIELDS: a key that is not a selection of the type."""

import pytest

from tests.gateway.composition.kit import fed2_codes


@pytest.mark.parametrize(
    "fields", ["uid", "id {", "id { x }", "owner", "key: id", "", "... on Gone { id }", "id @what"]
)
def test_a_key_selects_fields_of_its_type(fields: str) -> None:
    sdl = f'''type Query {{ t: T }} type O {{ id: ID! }}
              type T @key(fields: "{fields}") {{ id: ID! owner: O }}'''
    assert fed2_codes(a=sdl) == ["KEY_INVALID_FIELDS"]


def test_nested_keys_and_typename_are_fine() -> None:
    sdl = """type Query { t: T } type O { id: ID! }
             type T @key(fields: "__typename owner { id }") { owner: O }"""
    assert fed2_codes(a=sdl) == []
