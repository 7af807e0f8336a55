"""TYPE_WITH_ONLY_UNUSED_EXTERNAL: a federation 1 type of nothing but unused externals."""

from tests.gateway.composition.kit import codes


def test_a_type_in_use_must_keep_a_field() -> None:
    sdl = "type Query { t: T } extend type T { x: Int @external }"
    assert codes(a=sdl, b="type T { x: Int y: Int }") == ["TYPE_WITH_ONLY_UNUSED_EXTERNAL"]


def test_a_type_without_use_just_goes() -> None:
    sdl = "type Query { a: Int } extend type T { x: Int @external }"
    assert codes(a=sdl, b="type T { x: Int y: Int }") == []
