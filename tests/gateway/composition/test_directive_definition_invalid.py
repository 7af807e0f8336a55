"""DIRECTIVE_DEFINITION_INVALID: an own definition of a directive that does not fit its spec."""

from tests.gateway.composition.kit import codes, fed2, fed2_codes, only_error

TYPES = "type Query { a: String }"


def test_places_outside_the_spec_s_are_refused() -> None:
    message = only_error(a="directive @shareable on SCALAR " + TYPES)
    assert 'Invalid definition of directive "@shareable"' in message
    assert "SCALAR" in message


def test_fewer_places_and_fewer_optional_arguments_are_fine() -> None:
    sdl = "directive @key(fields: String!) repeatable on OBJECT type Query { a: T } "
    assert fed2_codes(a=sdl + 'type T @key(fields: "id") { id: ID! }') == []


def test_a_missing_required_argument_is_refused() -> None:
    assert fed2_codes(a="directive @tag repeatable on OBJECT " + TYPES) == [
        "DIRECTIVE_DEFINITION_INVALID"
    ]


def test_an_unknown_argument_is_refused() -> None:
    sdl = "directive @override(from: String!, why: String) on FIELD_DEFINITION "
    assert fed2_codes(a=sdl + TYPES) == ["DIRECTIVE_DEFINITION_INVALID"]


def test_another_custom_scalar_is_refused_where_the_spec_has_its_own() -> None:
    sdl = "scalar Text directive @requires(fields: Text!) on FIELD_DEFINITION "
    assert fed2_codes(a=sdl + TYPES) == ["DIRECTIVE_DEFINITION_INVALID"]


def test_a_directive_that_is_not_imported_is_the_subgraph_s_own() -> None:
    assert codes(a=fed2("type Query { a: Int }") + " directive @key(x: Int) on FIELD") == []
