"""LIST_SIZE_INVALID_SLICING_ARGUMENT: a slicing argument that is no number of items."""

from tests.gateway.composition.kit import fed2_codes


def query(arguments: str) -> str:
    return f'type Query {{ a{arguments}: [Int] @listSize(slicingArguments: ["first"]) }}'


def test_slicing_arguments_are_whole_numbers_of_the_field() -> None:
    assert fed2_codes(a=query("(first: Int!)")) == []
    assert fed2_codes(a=query("(first: String)")) == ["LIST_SIZE_INVALID_SLICING_ARGUMENT"]
    assert fed2_codes(a=query("")) == ["LIST_SIZE_INVALID_SLICING_ARGUMENT"]
