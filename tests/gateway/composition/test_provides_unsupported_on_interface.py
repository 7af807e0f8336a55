"""PROVIDES_UNSUPPORTED_ON_INTERFACE: @provides on an interface."""

from tests.gateway.composition.kit import fed2_codes


def test_an_interface_s_field_cannot_provide() -> None:
    assert "PROVIDES_UNSUPPORTED_ON_INTERFACE" in fed2_codes(
        a="""type Query { i: I } interface I { t: T @provides(fields: "x") }
             type T @key(fields: "id") { id: ID! x: Int @external }""",
        b='type T @key(fields: "id") { id: ID! x: Int @shareable }',
    )
