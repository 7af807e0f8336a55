"""INTERFACE_FIELD_NO_IMPLEM: an interface field that an implementation lacks everywhere."""

from tests.gateway.composition.kit import only_error

A = "type Query { a: I } interface I { x: Int y: Int } type A implements I { x: Int y: Int }"


def test_a_field_of_an_interface_holds_for_all_its_implementations() -> None:
    message = only_error(a=A, b="interface I { x: Int } type B implements I { x: Int }")
    assert 'Interface field "I.y" is declared in subgraph "a"' in message
    assert '"B"' in message
