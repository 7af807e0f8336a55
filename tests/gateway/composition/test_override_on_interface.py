"""OVERRIDE_ON_INTERFACE: @override on an interface."""

from tests.gateway.composition.kit import fed2_codes


def test_an_interface_s_field_cannot_override() -> None:
    assert fed2_codes(
        a='type Query { i: I } interface I { x: Int @override(from: "b") }',
        b="interface I { x: Int }",
    ) == ["OVERRIDE_ON_INTERFACE"]
