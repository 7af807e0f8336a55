"""REQUIRED_INACCESSIBLE: hidden input that has to be given."""

from tests.gateway.composition.kit import fed2_codes


def test_a_hidden_argument_must_be_optional() -> None:
    assert fed2_codes(a="type Query { a(x: Int! @inaccessible): Int }") == ["REQUIRED_INACCESSIBLE"]
    assert fed2_codes(a="type Query { a(x: Int! = 1 @inaccessible): Int }") == []


def test_a_hidden_input_field_must_be_optional() -> None:
    sdl = "input I { x: Int! @inaccessible y: Int } type Query { a(i: I): Int }"
    assert fed2_codes(a=sdl) == ["REQUIRED_INACCESSIBLE"]
