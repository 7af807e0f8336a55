"""REFERENCED_INACCESSIBLE: a hidden type that shows."""

from tests.gateway.composition.kit import fed2_codes


def test_what_is_of_a_hidden_type_is_hidden_too() -> None:
    hidden = "type T @inaccessible { x: Int }"
    assert fed2_codes(a="type Query { a: Int t: T } " + hidden) == ["REFERENCED_INACCESSIBLE"]
    assert fed2_codes(a="type Query { a: Int t: T @inaccessible } " + hidden) == []


def test_arguments_count_as_well() -> None:
    hidden = "input I @inaccessible { x: Int }"
    assert fed2_codes(a="type Query { a(i: I): Int } " + hidden) == ["REFERENCED_INACCESSIBLE"]
