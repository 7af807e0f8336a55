"""REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: required here, absent there."""

from tests.gateway.composition.kit import fed2_codes, hint_codes, supergraph

A = "type Query { a(i: I): Int } input I { x: Int }"


def test_a_required_input_field_is_everywhere() -> None:
    assert fed2_codes(a=A, b="input I { x: Int y: Int! }") == [
        "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
    ]


def test_an_optional_one_is_dropped_with_a_hint() -> None:
    assert hint_codes(a=A, b="input I { x: Int y: Int }") == ["INCONSISTENT_INPUT_OBJECT_FIELD"]


def test_a_hidden_one_stays() -> None:
    assert "y: Int" in supergraph(a=A, b="input I { x: Int y: Int @inaccessible }")
