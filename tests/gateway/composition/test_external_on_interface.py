"""EXTERNAL_ON_INTERFACE: @external on an interface."""

from tests.gateway.composition.kit import codes, fed2_codes


def test_an_interface_s_field_cannot_be_external() -> None:
    assert "EXTERNAL_ON_INTERFACE" in fed2_codes(
        a="type Query { i: I } interface I { x: Int @external } type T implements I { x: Int }"
    )


def test_federation_1_ignores_it() -> None:
    sdl = "type Query { i: I } interface I { x: Int @external } type T implements I { x: Int }"
    assert codes(a=sdl) == []
