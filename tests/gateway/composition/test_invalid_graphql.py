"""INVALID_GRAPHQL: an SDL that is not a valid schema."""

from tests.gateway.composition.kit import codes, compose_sdls, fed2, fed2_codes, only_error

QUERY = "type Query { a: String }"


def test_a_syntax_error_is_reported_with_its_place() -> None:
    (error,) = compose_sdls(a="type Query {").errors
    assert error.code == "INVALID_GRAPHQL"
    assert [(at.subgraph, at.line) for at in error.locations] == [("a", 1)]


def test_an_unknown_type_names_its_coordinate_and_place() -> None:
    message = only_error(a="type Query { cart: Cart }")
    assert '[a] "Query.cart" has the unknown type "Cart"' in message
    assert "(at a:2:14)" in message


def test_all_faults_are_reported_at_once() -> None:
    broken = "type Query { a(x: Missing): Gone @nope }"
    assert len(compose_sdls(a=fed2(broken), b=fed2("type T { x: Y }")).errors) == 4


def test_an_implementation_must_have_its_interface_s_fields() -> None:
    assert fed2_codes(a=QUERY + " interface I { id: ID! } type T implements I { x: Int }") == [
        "INVALID_GRAPHQL"
    ]


def test_an_implementation_s_type_must_be_narrower() -> None:
    assert fed2_codes(a=QUERY + " interface I { id: ID! } type T implements I { id: ID }") == [
        "INVALID_GRAPHQL"
    ]


def test_a_directive_must_be_defined_and_in_its_place() -> None:
    assert codes(a="type Query { a: String @secret }") == ["INVALID_GRAPHQL"]
    assert codes(a="directive @x on OBJECT type Query { a: String @x }") == ["INVALID_GRAPHQL"]


def test_a_directive_s_arguments_must_be_known_complete_and_of_their_types() -> None:
    define = "directive @x(n: Int!) on FIELD_DEFINITION "
    assert codes(a=define + "type Query { a: String @x }") == ["INVALID_GRAPHQL"]
    assert codes(a=define + "type Query { a: String @x(n: true) }") == ["INVALID_GRAPHQL"]
    assert codes(a=define + "type Query { a: String @x(n: 1, m: 2) }") == ["INVALID_GRAPHQL"]
    assert codes(a=define + "type Query { a: String @x(n: 1) }") == []


def test_a_default_must_be_of_its_type() -> None:
    assert codes(a="enum E { A } type Query { a(e: E = B): String }") == ["INVALID_GRAPHQL"]


def test_names_are_unique() -> None:
    assert codes(a=QUERY + " scalar A scalar A") == ["INVALID_GRAPHQL"]
    assert codes(a="type Query { a: String a: Int }") == ["INVALID_GRAPHQL"]
    assert codes(a="type Query { a(x: Int, x: Int): String }") == ["INVALID_GRAPHQL"]


def test_a_type_needs_a_field() -> None:
    assert codes(a=QUERY + " type Empty") == ["INVALID_GRAPHQL"]


def test_a_name_must_not_look_like_introspection() -> None:
    assert codes(a=QUERY + " type __T { a: Int }") == ["INVALID_GRAPHQL"]


def test_what_merging_breaks_is_reported_too() -> None:
    assert fed2_codes(
        a="""type Query { a: T } interface I { id: ID! }
             type T implements I @shareable { id: ID! }""",
        b="type T @shareable { id: ID }",
    ) == ["INVALID_GRAPHQL"]


def test_what_is_required_cannot_be_deprecated() -> None:
    assert codes(a="type Query { a(x: Int! @deprecated): Int }") == ["INVALID_GRAPHQL"]
    assert codes(a="type Query { a(x: Int! = 1 @deprecated): Int }") == []


def test_an_input_type_can_be_given() -> None:
    query = "type Query { a(i: I): Int } "
    assert codes(a=query + "input I { j: J! } input J { i: I! }") == ["INVALID_GRAPHQL"]
    assert codes(a=query + "input I { j: J! } input J { i: [I!]! }") == []


def test_one_of_asks_for_nullable_fields() -> None:
    query = "type Query { a(i: I): Int } "
    assert codes(a=query + "input I @oneOf { x: Int! y: Int }") == ["INVALID_GRAPHQL"]
    assert codes(a=query + "input I @oneOf { x: Int y: Int }") == []


def test_each_root_has_its_own_type() -> None:
    assert codes(a="schema { query: Q mutation: Q } type Q { a: Int }") == ["INVALID_GRAPHQL"]
