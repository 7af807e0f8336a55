"""G1–G10: planner and client fields never share a response key."""

from tests.gateway.planner.kit import federation, output_lines, step_lines

USERS = federation(
    a="""
        type Query { us: [U] }
        type U @key(fields: "id") { id: ID! name: String }
    """,
    b="""
        type U @key(fields: "id") { id: ID! n: String }
    """,
    c="""
        type U @key(fields: "id") {
          id: ID!
          n: String @external
          m: String @requires(fields: "n")
        }
    """,
)


def test_g01_an_alias_does_not_hide_a_key() -> None:
    plan = USERS.plan("{us{id:name n}}")
    assert step_lines(plan) == [
        "0 a: {us{name id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{n}}}"
        ),
        "    $representations us.@ <- U{id}",
    ]
    assert output_lines(plan) == [
        "us: [U]",
        "  id=name: String",
        "  n: String",
    ]


def test_g02_an_alias_does_not_hide_a_key_that_is_needed_later() -> None:
    plan = USERS.plan("{us{id:n m}}")
    assert step_lines(plan) == [
        "0 a: {us{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{n}}}"
        ),
        "    $representations us.@ <- U{id}",
        (
            "2 c after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{m}}}"
        ),
        "    $representations us.@ <- U{id n?}",
    ]
    assert output_lines(plan) == [
        "us: [U]",
        "  id=n: String",
        "  m: String",
    ]


PRICES = federation(
    a="""
        type Query { ps: [P] }
        type P @key(fields: "id") { id: ID! price(c: String!): Int }
    """,
    b="""
        type P @key(fields: "id") {
        id: ID!
        price(c: String!): Int @external
        ship: Int @requires(fields: "price(c: \\"USD\\")")
        shipE: Int @requires(fields: "price(c: \\"EUR\\")")
        }
    """,
)


def test_g03_an_alias_does_not_hide_a_required_field() -> None:
    plan = PRICES.plan("{ps{price:id ship}}")
    assert step_lines(plan) == [
        '0 a: {ps{id price(c:"USD")}}',
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on P{ship}}}"
        ),
        "    $representations ps.@ <- P{id price?}",
    ]
    assert output_lines(plan) == [
        "ps: [P]",
        "  price=id: ID!",
        "  ship: Int",
    ]


def test_g04_client_and_requires_may_use_different_arguments() -> None:
    plan = PRICES.plan('{ps{price(c:"EUR") ship}}')
    assert step_lines(plan) == [
        '0 a: {ps{price(c:"EUR") id price_2:price(c:"USD")}}',
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on P{ship}}}"
        ),
        "    $representations ps.@ <- P{id price:price_2?}",
    ]
    assert output_lines(plan) == [
        "ps: [P]",
        "  price: Int",
        "  ship: Int",
    ]


def test_g05_two_requires_of_one_field_with_different_arguments_share_a_request() -> None:
    assert PRICES.steps("{ps{ship shipE}}") == [
        '0 a: {ps{id price(c:"USD") price_2:price(c:"EUR")}}',
        (
            "1 b after 0: query($r0:[_Any!]!,$r1:[_Any!]!){e0:_entities(representations:$r0){"
            "...on P{ship}} e1:_entities(representations:$r1){...on P{shipE}}}"
        ),
        "    $r0 ps.@ <- P{id price?}",
        "    $r1 ps.@ <- P{id price:price_2?}",
    ]


INTERFACE = federation(
    a="""
        type Query { us: [I] }
        interface I { id: ID! }
        type U implements I @key(fields: "id") { id: ID! name: String }
    """,
    b="""
        type U @key(fields: "id") { id: ID! n: String }
    """,
)


def test_g06_an_alias_named_typename_leaves_type_dispatch_alone() -> None:
    plan = INTERFACE.plan("{us{__typename:id ... on U{n}}}")
    assert step_lines(plan) == [
        "0 a: {us{__typename id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{n}}}"
        ),
        "    $representations us.@ <- U{id}",
    ]
    assert output_lines(plan) == [
        "us: [I]",
        "  __typename=id: ID!",
        "  n: String",
    ]


UNION = federation(
    a="""
        type Query { us: [X] }
        union X = A | B
        type A @key(fields: "id") { id: ID! }
        type B @key(fields: "id") { id: ID }
    """,
    b="""
        type A @key(fields: "id") { id: ID! n: String }
        type B @key(fields: "id") { id: ID n: String }
    """,
)


def test_g07_keys_that_differ_in_nullability_get_keys_of_their_own() -> None:
    plan = UNION.plan("{us{... on A{id n} ... on B{n}}}")
    assert step_lines(plan) == [
        "0 a: {us{__typename ...on A{id} ...on B{id_2:id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on A{n} ...on B{n}}}"
        ),
        "    $representations us.@ <- A{id} B{id:id_2}",
    ]
    assert output_lines(plan) == [
        "us: [X]",
        "  id: ID! on A",
        "  n: String on A",
        "  n: String on B",
    ]


MEDIA = federation(
    a="""
        type Query { us: [X] }
        union X = Article | Video
        type Article { meta: ArticleMeta }
        type ArticleMeta { title: String! }
        type Video { meta: VideoMeta }
        type VideoMeta { wordCount: Int! title: Int }
    """,
)


def test_g08_one_key_has_different_selections_per_runtime_type() -> None:
    plan = MEDIA.plan("{us{... on Article{meta{title}} ... on Video{meta{wordCount}}}}")
    assert step_lines(plan) == [
        "0 a: {us{__typename ...on Article{meta{title}} ...on Video{meta{wordCount}}}}",
    ]
    assert output_lines(plan) == [
        "us: [X]",
        "  meta: ArticleMeta on Article",
        "    title: String!",
        "  meta: VideoMeta on Video",
        "    wordCount: Int!",
    ]


def test_g08_nested_fields_of_conflicting_types_are_told_apart() -> None:
    plan = MEDIA.plan("{us{... on Article{meta{title}} ... on Video{meta{t:title}}}}")
    assert step_lines(plan) == [
        "0 a: {us{__typename ...on Article{meta{title}} ...on Video{meta{title_2:title}}}}",
    ]
    assert output_lines(plan) == [
        "us: [X]",
        "  meta: ArticleMeta on Article",
        "    title: String!",
        "  meta: VideoMeta on Video",
        "    t=title_2: Int",
    ]


ARGUMENTS = federation(
    a="""
        type Query { n: [N] }
        interface N { id: ID! }
        type A implements N @key(fields: "id") { id: ID! }
        type B implements N @key(fields: "id") { id: ID! }
    """,
    b="""
        type A @key(fields: "id") { id: ID! f(x: Int): Int }
        type B @key(fields: "id") { id: ID! f(x: Int): Int }
    """,
)


def test_g09_one_field_with_different_variables_per_type_takes_one_request() -> None:
    plan = ARGUMENTS.plan("query($p:Int,$q:Int){n{... on A{f(x:$p)} ... on B{f(x:$q)}}}")
    assert step_lines(plan) == [
        "0 a: {n{__typename ...on A{id} ...on B{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!,$p:Int,$q:Int){"
            "_entities(representations:$representations){...on A{f(x:$p)} ...on B{f_2:f(x:$q)}}"
            "}"
        ),
        "    $representations n.@ <- A{id} B{id}",
    ]
    assert output_lines(plan) == [
        "n: [N]",
        "  f: Int on A",
        "  f=f_2: Int on B",
    ]


def test_g10_output_follows_the_clients_order_and_has_nothing_else() -> None:
    plan = USERS.plan("{us{m n __typename}}")
    assert step_lines(plan) == [
        "0 a: {us{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{n}}}"
        ),
        "    $representations us.@ <- U{id}",
        (
            "2 c after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{m}}}"
        ),
        "    $representations us.@ <- U{id n?}",
    ]
    assert output_lines(plan) == [
        "us: [U]",
        "  m: String",
        "  n: String",
        "  __typename: String!",
    ]
