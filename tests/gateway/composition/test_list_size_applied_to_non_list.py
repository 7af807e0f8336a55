"""LIST_SIZE_APPLIED_TO_NON_LIST: @listSize without a list."""

from tests.gateway.composition.kit import fed2_codes


def test_the_field_or_its_sized_fields_are_lists() -> None:
    assert fed2_codes(a="type Query { a: Int @listSize(assumedSize: 1) }") == [
        "LIST_SIZE_APPLIED_TO_NON_LIST"
    ]
    assert fed2_codes(a="type Query { a: [Int!]! @listSize(assumedSize: 1) }") == []
    page = 'type Query { p: P @listSize(assumedSize: 1, sizedFields: ["x"]) } type P { x: Int }'
    assert fed2_codes(a=page) == ["LIST_SIZE_APPLIED_TO_NON_LIST"]
    assert fed2_codes(a=page.replace("x: Int", "x: [Int]!")) == []
