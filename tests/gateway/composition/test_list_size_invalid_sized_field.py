"""LIST_SIZE_INVALID_SIZED_FIELD: sized fields that are not there."""

from tests.gateway.composition.kit import fed2_codes


def test_sized_fields_exist() -> None:
    page = 'type Query { p: P @listSize(assumedSize: 1, sizedFields: ["y"]) } type P { x: [Int] }'
    assert fed2_codes(a=page) == ["LIST_SIZE_INVALID_SIZED_FIELD"]


def test_a_leaf_has_no_sized_fields() -> None:
    assert fed2_codes(a='type Query { p: [Int] @listSize(sizedFields: ["y"]) }') == [
        "LIST_SIZE_INVALID_SIZED_FIELD"
    ]
