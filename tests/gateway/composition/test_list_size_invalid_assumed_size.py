"""LIST_SIZE_INVALID_ASSUMED_SIZE: a negative size."""

from tests.gateway.composition.kit import fed2_codes


def test_sizes_are_not_negative() -> None:
    assert fed2_codes(a="type Query { a: [Int] @listSize(assumedSize: -1) }") == [
        "LIST_SIZE_INVALID_ASSUMED_SIZE"
    ]
