"""ONLY_INACCESSIBLE_CHILDREN: a visible type with nothing to see."""

import pytest

from tests.gateway.composition.kit import fed2_codes


@pytest.mark.parametrize(
    "sdl",
    [
        "type T { x: Int @inaccessible }",
        "enum T { X @inaccessible }",
        "input T { x: Int @inaccessible }",
        "type X @inaccessible { x: Int } union T = X",
    ],
)
def test_a_visible_type_shows_something(sdl: str) -> None:
    assert fed2_codes(a="type Query { a: Int } " + sdl) == ["ONLY_INACCESSIBLE_CHILDREN"]
