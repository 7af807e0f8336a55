"""REQUIRES_UNSUPPORTED_ON_INTERFACE: @requires on an interface."""

from tests.gateway.composition.kit import fed2_codes


def test_an_interface_s_field_cannot_require() -> None:
    assert "REQUIRES_UNSUPPORTED_ON_INTERFACE" in fed2_codes(
        a='type Query { i: I } interface I { x: Int y: Int @requires(fields: "x") }'
    )
