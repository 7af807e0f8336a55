"""ENUM_VALUE_MISMATCH: enums that are input and output with different values."""

from tests.gateway.composition.kit import fed2_codes, supergraph, type_block


def test_such_an_enum_is_the_same_everywhere() -> None:
    assert fed2_codes(a="type Query { a(e: E): E } enum E { X Y }", b="enum E { X }") == [
        "ENUM_VALUE_MISMATCH"
    ]


def test_output_enums_are_united_and_input_enums_intersected() -> None:
    output = supergraph(a="type Query { a: E } enum E { X Y }", b="enum E { X Z }")
    assert [name in type_block(output, "E") for name in "XYZ"] == [True, True, True]
    inputs = supergraph(a="type Query { a(e: E): Int } enum E { X Y }", b="enum E { X Z }")
    assert [f"  {name} " in type_block(inputs, "E") for name in "XYZ"] == [True, False, False]


def test_a_hidden_value_may_differ() -> None:
    sdl = "type Query { a(e: E): E } enum E { X Y @inaccessible }"
    assert fed2_codes(a=sdl, b="enum E { X }") == []
