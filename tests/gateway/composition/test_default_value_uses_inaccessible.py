"""DEFAULT_VALUE_USES_INACCESSIBLE: a default that shows something hidden."""

from tests.gateway.composition.kit import fed2_codes


def test_a_visible_default_uses_no_hidden_value() -> None:
    enum = "enum E { A B @inaccessible } "
    assert fed2_codes(a=enum + "type Query { a(e: [E] = [B]): Int }") == [
        "DEFAULT_VALUE_USES_INACCESSIBLE"
    ]
    assert fed2_codes(a=enum + "type Query { a(e: E = A): Int }") == []


def test_input_objects_are_searched() -> None:
    sdl = "input I { x: Int y: Int @inaccessible } type Query { a(i: I = {y: 1}): Int }"
    assert fed2_codes(a=sdl) == ["DEFAULT_VALUE_USES_INACCESSIBLE"]
