"""IMPLEMENTED_BY_INACCESSIBLE: a hidden field behind a visible interface field."""

from tests.gateway.composition.kit import fed2_codes


def test_an_interface_s_visible_field_needs_visible_implementations() -> None:
    sdl = """type Query { i: I } interface I { x: Int y: Int }
             type T implements I { x: Int @inaccessible y: Int }"""
    assert fed2_codes(a=sdl) == ["IMPLEMENTED_BY_INACCESSIBLE"]


def test_a_hidden_interface_asks_for_nothing() -> None:
    sdl = """type Query { t: T } interface I @inaccessible { x: Int y: Int }
             type T implements I { x: Int @inaccessible y: Int }"""
    assert fed2_codes(a=sdl) == []


def test_arguments_are_compared_too() -> None:
    sdl = """type Query { i: I } interface I { x(n: Int): Int }
             type T implements I { x(n: Int @inaccessible): Int }"""
    assert fed2_codes(a=sdl) == ["IMPLEMENTED_BY_INACCESSIBLE"]
