"""INVALID_SHAREABLE_USAGE: @shareable where it has no meaning."""

from tests.gateway.composition.kit import fed2_codes


def test_interfaces_share_nothing() -> None:
    assert fed2_codes(a="type Query { i: I } interface I { x: Int @shareable }") == [
        "INVALID_SHAREABLE_USAGE"
    ]


def test_one_definition_carries_it_once() -> None:
    assert fed2_codes(a="type Query { a: Int @shareable @shareable }") == [
        "INVALID_SHAREABLE_USAGE"
    ]


def test_an_extension_may_repeat_it_for_its_own_fields() -> None:
    sdl = "type Query { t: T } type T @shareable { x: Int } extend type T @shareable { y: Int }"
    assert fed2_codes(a=sdl) == []
