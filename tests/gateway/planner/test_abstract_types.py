"""G11–G17: interfaces and unions, and what subgraphs know of them."""

from tests.gateway.planner.kit import federation

ITEMS = federation(
    a="""
        type Query { items: [N] }
        interface N { id: ID! }
        type A implements N @key(fields: "id") { id: ID! }
        type B implements N @key(fields: "id") { id: ID! }
    """,
    b="""
        interface N { id: ID! name: String }
        type A implements N @key(fields: "id") { id: ID! name: String }
        type B implements N @key(fields: "id") { id: ID! name: String }
    """,
)


def test_g11_an_interface_field_is_asked_on_the_interface() -> None:
    assert ITEMS.steps("{items{id}}") == [
        "0 a: {items{__typename id}}",
    ]


def test_g11_one_follow_up_serves_all_types() -> None:
    assert ITEMS.steps("{items{id name}}") == [
        "0 a: {items{__typename id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on N{name}}}"
        ),
        "    $representations items.@ <- A{id} B{id}",
    ]


OVEN = federation(
    a="""
        type Query { p: [Kitchen] }
        union Kitchen = Oven | Toaster
        interface N { id: ID! }
        type Oven { id: ID! @shareable }
        type Toaster implements N { id: ID! }
    """,
    b="""
        interface N { id: ID! }
        type Oven implements N { id: ID! @shareable }
    """,
)


def test_g12_a_fragment_on_an_interface_covers_types_the_subgraph_does_not_know_it_on() -> None:
    assert OVEN.steps("{p{... on N{id}}}") == [
        "0 a: {p{__typename ...on Oven{id} ...on Toaster{id}}}",
    ]


IMPOSSIBLE = federation(
    a="""
        type Query { n: [N] }
        interface N { id: ID! }
        type A implements N { id: ID! }
    """,
    b="""
        interface N { id: ID! }
        type B implements N { id: ID! q: Int }
    """,
)


def test_g13_an_impossible_runtime_type_costs_no_request() -> None:
    assert IMPOSSIBLE.steps("{n{... on B{q}}}") == [
        "0 a: {n{__typename}}",
    ]


PARTIAL = federation(
    a="""
        type Query { t: T }
        type T { a: Act @shareable }
        union Act = X | Y
        type X { x: Int @shareable }
        type Y { y: Int }
    """,
    b="""
        type T { a: Act @shareable }
        union Act = X
        type X { x: Int @shareable }
    """,
)


def test_g14_members_that_only_this_subgraph_has_are_kept() -> None:
    assert PARTIAL.steps("{t{a{... on X{x} ... on Y{y}}}}") == [
        "0 a: {t{a{__typename ...on Y{y} ...on X{x}}}}",
    ]


SHARED = federation(
    a="""
        type Query { s: U @shareable }
        union U = C | A
        type C { l: Int @shareable }
        type A { a: Int }
    """,
    b="""
        type Query { s: U @shareable }
        union U = C | B
        type C { l: Int @shareable }
        type B { b: Int }
    """,
)


def test_g15_members_that_not_all_share_are_no_reason_for_a_request() -> None:
    assert SHARED.steps("{s{... on C{l} ... on A{a} ... on B{b}}}") == [
        "0 a: {s{__typename ...on C{l} ...on A{a}}}",
    ]


def test_g16_a_fragment_on_a_member_of_another_subgraph_is_not_an_error() -> None:
    assert SHARED.steps("{s{... on B{b}}}") == [
        "0 a: {s{__typename}}",
    ]


HOP = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! }
    """,
    b="""
        type T @key(fields: "id") { id: ID! u: U @shareable }
        union U = X | Y
        type X { x: Int @shareable }
        type Y { y: Int @shareable }
    """,
    c="""
        type T @key(fields: "id") { id: ID! u: U @shareable }
        union U = X | Z
        type X { x: Int @shareable }
        type Z { z: Int @shareable }
    """,
)


def test_g15_after_a_hop_the_targets_members_count() -> None:
    assert HOP.steps("{t{u{... on X{x} ... on Y{y} ... on Z{z}}}}") == [
        "0 a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{u{__typename ...on X{x} ...on "
            "Y{y}}}}}"
        ),
        "    $representations t <- T{id}",
    ]


SPREAD = federation(
    a="""
        type Query { ns: [N] }
        interface N { id: ID! }
        type A implements N @key(fields: "id") { id: ID! }
        type B implements N @key(fields: "id") { id: ID! }
    """,
    b="""
        type A @key(fields: "id") { id: ID! f: F }
        type B @key(fields: "id") { id: ID! f: G }
        type F { x: Int }
        type G { x: Int }
    """,
)


def test_types_of_one_field_with_different_targets_are_planned_apart() -> None:
    assert SPREAD.steps("{ns{... on A{f{x}} ... on B{f{x}}}}") == [
        "0 a: {ns{__typename ...on A{id} ...on B{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on A{f{x}} ...on B{f{x}}}}"
        ),
        "    $representations ns.@ <- A{id} B{id}",
    ]


OVERRIDDEN = federation(
    a="""
        type Query { feed: [Post] }
        interface Post { id: ID! createdAt: String }
        type Image implements Post @key(fields: "id") { id: ID! createdAt: String }
        type Text implements Post @key(fields: "id") { id: ID! createdAt: String }
    """,
    b="""
        type Image @key(fields: "id") { id: ID! createdAt: String @override(from: "a") }
    """,
)


def test_g39_an_interface_field_overridden_on_one_type_is_asked_type_by_type() -> None:
    assert OVERRIDDEN.steps("{feed{id createdAt}}") == [
        "0 a: {feed{__typename id ...on Text{createdAt}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Image{createdAt}}}"
        ),
        "    $representations feed.@|[Image] <- Image{id}",
    ]
