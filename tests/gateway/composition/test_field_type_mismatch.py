"""FIELD_TYPE_MISMATCH: one field of incompatible types."""

import pytest

from tests.gateway.composition.kit import fed2_codes, only_error, supergraph


@pytest.mark.parametrize(
    ("left", "right", "merged"),
    [
        ("Int!", "Int", "Int"),
        ("[Int!]!", "[Int]", "[Int]"),
        ("Cat", "Pet", "Pet"),
        ("[Cat!]!", "[Pet]", "[Pet]"),
    ],
)
def test_the_supergraph_takes_the_wider_type(left: str, right: str, merged: str) -> None:
    types = " interface Pet { x: Int } type Cat implements Pet @shareable { x: Int }"
    sdl = supergraph(
        a=f"type Query {{ t: {left} @shareable }}" + types,
        b=f"type Query {{ t: {right} @shareable }}" + types,
    )
    assert f'  t: {merged} @join__field(graph: A, type: "{left}")' in sdl


def test_types_without_common_ground_are_refused() -> None:
    message = only_error(
        a="type Query { t: Int @shareable }", b="type Query { t: [Int] @shareable }"
    )
    assert '"Int" in subgraph "a" but "[Int]" in subgraph "b"' in message


def test_input_fields_are_compared_too() -> None:
    assert fed2_codes(
        a="type Query { t(i: I): Int } input I { x: Int }", b="input I { x: String }"
    ) == ["FIELD_TYPE_MISMATCH"]
