"""G25–G29, G35–G38: getting from one subgraph to the next."""

from tests.gateway.planner.kit import federation

CHAIN = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! }
    """,
    b="""
        type T @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }
    """,
    c="""
        type T @key(fields: "sku") { sku: ID! price: Int }
    """,
)


def test_g25_a_key_is_fetched_by_another_key() -> None:
    assert CHAIN.steps("{t{price}}") == [
        "0 a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{sku}}}"
        ),
        "    $representations t <- T{id}",
        (
            "2 c after 1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{price}}}"
        ),
        "    $representations t <- T{sku}",
    ]


NESTED = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "o { id }") { o: O! x: Int }
        type O { id: ID! @shareable }
    """,
    b="""
        type T @key(fields: "o { id }") { o: O! n: Int }
        type O { id: ID! @shareable }
    """,
)


def test_g26_a_nested_key() -> None:
    assert NESTED.steps("{t{n}}") == [
        "0 a: {t{o{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{o{id}}",
    ]


COMPOSITE = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "products { id pid category { id tag } } selected { id }") {
          products: [P!]!
          selected: P
        }
        type P { id: ID! @shareable pid: ID @shareable category: C @shareable }
        type C { id: ID @shareable tag: String @shareable }
    """,
    b="""
        type T @key(fields: "products { id pid category { id tag } } selected { id }") {
          products: [P!]!
          selected: P
          n: Int
        }
        type P { id: ID! @shareable pid: ID @shareable category: C @shareable }
        type C { id: ID @shareable tag: String @shareable }
    """,
)


def test_g26_a_composite_key_through_lists() -> None:
    assert COMPOSITE.steps("{t{n}}") == [
        "0 a: {t{products{id pid category{id tag}} selected{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{products{id pid? category?{id? tag?}} selected{id}}",
    ]


SEVERAL = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }
    """,
    b="""
        type T @key(fields: "sku") { sku: ID! n: Int }
    """,
    c="""
        type T @key(fields: "id") { id: ID! m: Int }
    """,
)


def test_g27_each_subgraph_gets_the_key_it_knows_in_parallel() -> None:
    assert SEVERAL.steps("{t{n m}}") == [
        "0 a: {t{sku id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{sku}",
        (
            "2 c after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{m}}}"
        ),
        "    $representations t <- T{id}",
    ]


UNRESOLVABLE = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! }
    """,
    b="""
        type T @key(fields: "id", resolvable: false) { id: ID! @shareable }
        type Query { bt: T }
    """,
    c="""
        type T @key(fields: "id") { id: ID! n: Int }
    """,
)


def test_g29_an_unresolvable_key_leads_out_but_not_in() -> None:
    assert UNRESOLVABLE.steps("{t{n} bt{n}}") == [
        "0 a: {t{id}}",
        "1 b: {bt{id}}",
        (
            "2 c after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t, bt <- T{id}",
    ]


TYPE_ONLY = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "__typename") { x: Int }
    """,
    b="""
        type T @key(fields: "__typename") { n: Int }
    """,
)


def test_g35_a_key_of_nothing_but_the_type() -> None:
    assert TYPE_ONLY.steps("{t{n}}") == [
        "0 a: {t{__typename}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{}",
    ]


EXTENDED = federation(
    a="""
        type Query { t: T }
        extend type T @key(fields: "id") { id: ID! @external n: Int }
    """,
    b="""
        type T @key(fields: "id") { id: ID! m: Int }
    """,
)


def test_g38_an_external_key_of_an_extension_is_usable() -> None:
    assert EXTENDED.steps("{t{id n m}}") == [
        "0 a: {t{n id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{m}}}"
        ),
        "    $representations t <- T{id}",
    ]


BATCH = federation(
    a="""
        type Query { u: U }
        type U @key(fields: "id") { id: ID! one: L many: [L] }
        type L { x: U }
    """,
    b="""
        type U @key(fields: "id") { id: ID! n: Int }
    """,
)


def test_g55_entities_at_several_paths_take_one_request() -> None:
    assert BATCH.steps("{u{n one{x{n}} many{x{n}}}}") == [
        "0 a: {u{id one{x{id}} many{x{id}}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{n}}}"
        ),
        "    $representations u, u.one.x, u.many.@.x <- U{id}",
    ]


def test_entities_with_different_selections_share_a_request_in_inputs_of_their_own() -> None:
    assert BATCH.steps("{u{one{x{n}} many{x{__typename n @include(if: true)}} }}") == [
        "0 a: {u{one{x{id}} many{x{id}}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{n}}}"
        ),
        "    $representations u.one.x, u.many.@.x <- U{id}",
    ]
