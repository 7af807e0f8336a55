"""Field sets: text in, trees and canonical text out."""

import pytest

from gateway.federation.selection import (
    FieldSelection,
    FieldSetError,
    FragmentSelection,
    merge_selections,
    parse_selection,
    print_selection,
)


def test_outer_braces_are_optional() -> None:
    assert parse_selection("{ id o { sku } }") == parse_selection("id o{sku}")


def test_fragments_and_arguments_are_kept() -> None:
    assert parse_selection('price(currency: "USD", at: 1) ... on Book { isbn }') == (
        FieldSelection("price", '(at:1,currency:"USD")'),
        FragmentSelection("Book", (FieldSelection("isbn"),)),
    )


def test_equal_arguments_have_equal_text_whatever_their_order() -> None:
    one, other = parse_selection("f(a: {x: 1, y: [2]}, b: $v) f(b: $v, a: {y: [2], x: 1})")
    assert one == other


def test_a_field_set_prints_as_it_parses() -> None:
    text = "id o{sku c{id}} ...on Book{isbn}"
    assert print_selection(parse_selection(text)) == text


def test_merging_joins_the_selections_of_equal_fields() -> None:
    merged = merge_selections(parse_selection("id o{a}"), parse_selection("o{b} n"))
    assert print_selection(merged) == "id o{a b} n"


@pytest.mark.parametrize("text", ["id {", "...named"])
def test_what_is_no_field_set_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(FieldSetError, match="field set"):
        parse_selection(text)
