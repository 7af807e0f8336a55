"""G18–G20: `@interfaceObject`, where runtime types are unknown."""

from tests.gateway.planner.kit import federation

MEDIA = federation(
    a="""
        interface M @key(fields: "id") { id: ID! }
        type Book implements M @key(fields: "id") { id: ID! }
        type Film implements M @key(fields: "id") { id: ID! }
        type Query { ma: [M] }
    """,
    b="""
        type M @interfaceObject @key(fields: "id") { id: ID! score: Int }
        type Query { ms: [M] }
    """,
)


def test_g18_its_own_fields_take_one_request() -> None:
    assert MEDIA.steps("{ms{id score}}") == [
        "0 b: {ms{score id}}",
    ]


def test_g18_the_runtime_type_comes_from_the_interface() -> None:
    assert MEDIA.steps("{ms{__typename score}}") == [
        "0 b: {ms{score id}}",
        (
            "1 a after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on M{__typename}}}"
        ),
        "    $representations ms.@ <- M[Book|Film|M]{id}",
    ]


def test_g19_a_filter_by_type_asks_the_interface_first() -> None:
    assert MEDIA.steps("{ms{... on Book{score}}}") == [
        "0 b: {ms{id}}",
        (
            "1 a after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on M{__typename} ...on Book{id}}}"
        ),
        "    $representations ms.@ <- M[Book|Film|M]{id}",
        (
            "2 b after 1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on M{score}}}"
        ),
        "    $representations ms.@|[Book] <- M[Book]{id}",
    ]


def test_g19_from_the_concrete_side_the_type_is_known() -> None:
    assert MEDIA.steps("{ma{... on Book{score}}}") == [
        "0 a: {ma{__typename ...on Book{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on M{score}}}"
        ),
        "    $representations ma.@|[Book] <- M[Book]{id}",
    ]


def test_the_interface_is_entered_from_the_concrete_side_under_its_own_name() -> None:
    assert MEDIA.steps("{ma{score}}") == [
        "0 a: {ma{__typename id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on M{score}}}"
        ),
        "    $representations ma.@ <- M[Book|Film|M]{id}",
    ]


REQUIRING = federation(
    a="""
        interface N @key(fields: "id") { id: ID! name: String }
        type User implements N @key(fields: "id") { id: ID! name: String age: Int }
        type Query { us: [N] }
    """,
    b="""
        type N @interfaceObject @key(fields: "id") {
          id: ID!
          name: String @external
          nick: String @requires(fields: "name")
        }
        type Query { others: [N] }
    """,
)


def test_requires_on_an_interface_object_goes_through_the_interface() -> None:
    assert REQUIRING.steps("{others{nick}}") == [
        "0 b: {others{id}}",
        (
            "1 a after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on N{__typename name}}}"
        ),
        "    $representations others.@ <- N[N|User]{id}",
        (
            "2 b after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on N{nick}}}"
        ),
        "    $representations others.@ <- N[N|User]{id name?}",
    ]


def test_requires_on_an_interface_object_from_the_interface() -> None:
    assert REQUIRING.steps("{us{nick}}") == [
        "0 a: {us{__typename id name}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on N{nick}}}"
        ),
        "    $representations us.@ <- N[N|User]{id name?}",
    ]


def test_types_and_requires_together() -> None:
    assert REQUIRING.steps("{others{... on User{age nick}}}") == [
        "0 b: {others{id}}",
        (
            "1 a after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on N{__typename name} ...on User{"
            "age}}}"
        ),
        "    $representations others.@ <- N[N|User]{id}",
        (
            "2 b after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on N{nick}}}"
        ),
        "    $representations others.@ <- N[N|User]{id name?}",
    ]
