"""G24, G30–G34: `@requires` in all its forms."""

from tests.gateway.planner.kit import federation, output_lines, step_lines

CIRCULAR = federation(
    a="""
        type Query { feed: [Post] }
        type Post @key(fields: "id") {
          id: ID!
          byNovice: Boolean @external
          byExpert: Boolean @requires(fields: "byNovice")
        }
        type Author @key(fields: "id") { id: ID! years: Int }
    """,
    b="""
        type Post @key(fields: "id") {
          id: ID!
          author: Author
          byNovice: Boolean @requires(fields: "author { years }")
        }
        type Author @key(fields: "id") { id: ID! years: Int @external }
    """,
)


def test_g30_requirements_of_requirements_go_back_and_forth() -> None:
    assert CIRCULAR.steps("{feed{byExpert}}") == [
        "0 a: {feed{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Post{author{id}}}}"
        ),
        "    $representations feed.@ <- Post{id}",
        (
            "2 a after 1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Author{years}}}"
        ),
        "    $representations feed.@.author <- Author{id}",
        (
            "3 b after 0,1,2: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Post{byNovice}}}"
        ),
        "    $representations feed.@ <- Post{id author?{years?}}",
        (
            "4 a after 0,3: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Post{byExpert}}}"
        ),
        "    $representations feed.@ <- Post{id byNovice?}",
    ]


LISTS = federation(
    a="""
        type Query { o: Order }
        type Order @key(fields: "id") { id: ID! items: [Item!]! }
        type Item @key(fields: "id") { id: ID! }
    """,
    b="""
        type Item @key(fields: "id") { id: ID! weight: Int }
    """,
    c="""
        type Order @key(fields: "id") {
          id: ID!
          items: [Item!]! @external
          ship: Int @requires(fields: "items { weight }")
        }
        type Item @key(fields: "id") { id: ID! weight: Int @external }
    """,
)


def test_g31_a_requirement_goes_through_a_list_of_entities() -> None:
    assert LISTS.steps("{o{ship}}") == [
        "0 a: {o{id items{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Item{weight}}}"
        ),
        "    $representations o.items.@ <- Item{id}",
        (
            "2 c after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Order{ship}}}"
        ),
        "    $representations o <- Order{id items?{weight?}}",
    ]


FRAGMENTS = federation(
    a="""
        type Query { u: U }
        type U @key(fields: "id") { id: ID! pet: Pet @shareable }
        interface Pet { name: String }
        type Dog implements Pet { name: String @shareable bark: Int @shareable }
        type Cat implements Pet { name: String @shareable purr: Int @shareable }
    """,
    b="""
        type U @key(fields: "id") {
          id: ID!
          pet: Pet @external
          s: Int @requires(fields: "pet { name ... on Dog { bark } ... on Cat { purr } }")
        }
        interface Pet { name: String }
        type Dog implements Pet { name: String @shareable bark: Int @shareable }
        type Cat implements Pet { name: String @shareable purr: Int @shareable }
    """,
)


def test_g32_fragments_send_what_fits_the_runtime_type() -> None:
    assert FRAGMENTS.steps("{u{s}}") == [
        "0 a: {u{id pet{__typename name ...on Dog{bark} ...on Cat{purr}}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on U{s}}}"
        ),
        "    $representations u <- U{id pet?{__typename? name? bark?(Dog) purr?(Cat)}}",
    ]


CONDITIONAL = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! w: Int }
    """,
    b="""
        type T @key(fields: "id") {
          id: ID!
          w: Int @external
          s: Int @requires(fields: "w")
          u: Int
        }
    """,
)


def test_g33_an_input_is_fetched_only_when_its_field_is_wanted() -> None:
    assert CONDITIONAL.steps("query($i:Boolean!){t{s @include(if:$i) u}}") == [
        "0 a: query($i:Boolean!){t{id w@include(if:$i)}}",
        (
            "1 b after 0: query($r0:[_Any!]!,$r1:[_Any!]!){e0:_entities(representations:$r0){"
            "...on T{s}} e1:_entities(representations:$r1){...on T{u}}}"
        ),
        "    $r0 if $i t <- T{id w?}",
        "    $r1 t <- T{id}",
    ]


def test_g34_fields_without_requirements_do_not_depend_on_the_inputs_of_others() -> None:
    assert CONDITIONAL.steps("{t{s u}}") == [
        "0 a: {t{id w}}",
        (
            "1 b after 0: query($r0:[_Any!]!,$r1:[_Any!]!){e0:_entities(representations:$r0){"
            "...on T{s}} e1:_entities(representations:$r1){...on T{u}}}"
        ),
        "    $r0 t <- T{id w?}",
        "    $r1 t <- T{id}",
    ]


HIDDEN = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! w: Int @inaccessible }
    """,
    b="""
        type T @key(fields: "id") { id: ID! w: Int @external s: Int @requires(fields: "w") }
    """,
)


def test_g24_an_inaccessible_input_is_fetched_all_the_same() -> None:
    plan = HIDDEN.plan("{t{s}}")
    assert step_lines(plan) == [
        "0 a: {t{id w}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{s}}}"
        ),
        "    $representations t <- T{id w?}",
    ]
    assert output_lines(plan) == [
        "t: T",
        "  s: Int",
    ]


ARGUMENTS = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! }
    """,
    b="""
        input I { a: Int b: [Int] }
        type T @key(fields: "id") { id: ID! vs(n: Int, o: I): [V] }
        type V { p(x: Boolean): Int @shareable q: Int }
    """,
    c="""
        input I { a: Int b: [Int] }
        type T @key(fields: "id") {
          id: ID!
          vs(n: Int, o: I): [V] @external
          s: Int @requires(fields: "vs(n: 3, o: {b: [1] a: 2}) { p(x: true) }")
        }
        type V { p(x: Boolean): Int @shareable }
    """,
)


def test_equal_arguments_in_another_order_are_one_field() -> None:
    assert ARGUMENTS.steps("{t{s vs(o:{a:2,b:[1]} n:3){p(x:true) q}}}") == [
        "0 a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{vs(n:3,o:{a:2,b:[1]}){"
            "p(x:true) q}}}}"
        ),
        "    $representations t <- T{id}",
        (
            "2 c after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{s}}}"
        ),
        "    $representations t <- T{id vs?{p?}}",
    ]


SHARED_PATH = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! o: O }
        type O { p: P }
        type P { x: Int w: Int @shareable }
    """,
    b="""
        type T @key(fields: "id") {
          id: ID!
          o: O @external
          s: Int @requires(fields: "o { p { w } }")
        }
        type O { p: P @external }
        type P { w: Int @shareable }
    """,
)


def test_g33_what_a_client_wants_of_an_inputs_path_does_not_depend_on_the_condition() -> None:
    (first, *_) = SHARED_PATH.steps("query($i:Boolean!){t{s @include(if:$i) o{p{x}}}}")
    assert first == "0 a: query($i:Boolean!){t{id@include(if:$i) o{p{w@include(if:$i) x}}}}"
