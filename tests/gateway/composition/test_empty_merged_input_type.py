"""EMPTY_MERGED_INPUT_TYPE: input types without a common field."""

from tests.gateway.composition.kit import fed2_codes


def test_something_must_be_common() -> None:
    assert fed2_codes(
        a="type Query { a(i: I): Int } input I { x: Int }", b="input I { y: Int }"
    ) == ["EMPTY_MERGED_INPUT_TYPE"]
