"""EMPTY_MERGED_ENUM_TYPE: input enums without a common value."""

from tests.gateway.composition.kit import fed2_codes


def test_something_must_be_common() -> None:
    assert fed2_codes(a="type Query { a(e: E): Int } enum E { X }", b="enum E { Y }") == [
        "EMPTY_MERGED_ENUM_TYPE"
    ]
