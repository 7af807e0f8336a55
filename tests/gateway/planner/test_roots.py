"""G17, G41–G47: roots, shared and re-entered; value types; mutations; subscriptions."""

from tests.gateway.planner.kit import federation, output_lines, step_lines

VALUE = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! c: C @shareable }
        type C { d: Int }
    """,
    b="""
        type T @key(fields: "id") { id: ID! c: C @shareable }
        type C { id: Int }
    """,
)


def test_g41_a_value_type_is_completed_through_its_parent_entity() -> None:
    assert VALUE.steps("{t{c{d id}}}") == [
        "0 a: {t{id c{d}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{c{id}}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g17_typename_of_the_root_needs_no_subgraph() -> None:
    plan = VALUE.plan("{__typename kind:__typename}")
    assert step_lines(plan) == []
    assert output_lines(plan) == [
        "__typename: String!",
        "kind=__typename: String!",
    ]


SHARED = federation(
    a="""
        type Query { p: P @shareable ps: [P] @shareable }
        type P { id: ID @shareable a: Int }
    """,
    b="""
        type Query { p: P @shareable ps: [P] @shareable }
        type P { id: ID @shareable b: Int }
    """,
)


def test_g42_a_shared_root_is_asked_in_parallel() -> None:
    assert SHARED.steps("{p{id a b}}") == [
        "0 a: {p{a id}}",
        "1 b: {p{b}}",
    ]


def test_g42_shared_lists_too() -> None:
    assert SHARED.steps("{ps{a b}}") == [
        "0 a: {ps{a}}",
        "1 b: {ps{b}}",
    ]


MUTATIONS = federation(
    a="""
        type Query { x: Int }
        type Mutation { a1: Int a2: Int a3: T s: S @shareable }
        type T @key(fields: "id") { id: ID! }
        type S { x: Int @shareable }
    """,
    b="""
        type Mutation { b1: Int s: S @shareable }
        type T @key(fields: "id") { id: ID! n: Int }
        type S { x: Int @shareable y: Int }
    """,
)


def test_g43_mutations_run_strictly_in_order() -> None:
    assert MUTATIONS.steps("mutation{a1 b1 a2}") == [
        "0 a: mutation{a1}",
        "1 b after 0: mutation{b1}",
        "2 a after 0,1: mutation{a2}",
    ]


def test_g43_neighbours_in_one_subgraph_go_in_one_request() -> None:
    assert MUTATIONS.steps("mutation{a1 a2 b1}") == [
        "0 a: mutation{a1 a2}",
        "1 b after 0: mutation{b1}",
    ]


def test_g44_follow_ups_finish_before_the_next_mutation() -> None:
    assert MUTATIONS.steps("mutation{a3{n} b1}") == [
        "0 a: mutation{a3{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations a3 <- T{id}",
        "2 b after 0,1: mutation{b1}",
    ]


def test_g45_a_shareable_mutation_is_called_once_where_all_of_it_can_be_had() -> None:
    assert MUTATIONS.steps("mutation{s{x y}}") == [
        "0 b: mutation{s{y x}}",
    ]


REENTRY = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! q: Query! }
    """,
    b="""
        type Query { y: Int }
        type T @key(fields: "id") { id: ID! v: Int }
    """,
)


def test_g46_a_root_type_below_the_root_is_entered_at_its_path() -> None:
    assert REENTRY.steps("{t{q{y t{v}}}}") == [
        "0 a: {t{q{t{id}}}}",
        "1 b after 0 at t.q: {y}",
        (
            "2 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{v}}}"
        ),
        "    $representations t.q.t <- T{id}",
    ]


EVENTS = federation(
    a="""
        type Query { x: Int }
        type Subscription { t: T }
        type T @key(fields: "id") { id: ID! }
    """,
    b="""
        type T @key(fields: "id") { id: ID! n: Int }
    """,
)


def test_g47_a_subscription_opens_with_step_0_and_goes_on_per_event() -> None:
    assert EVENTS.steps("subscription{t{n}}") == [
        "0 a: subscription{t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
    ]
