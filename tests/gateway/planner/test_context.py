"""G40: `@context` and `@fromContext`."""

from tests.gateway.planner.kit import federation

LOCAL = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") @context(name: "ctx") { id: ID! cur: String! u: U }
        type U @key(fields: "id") {
          id: ID!
          price(cur: String @fromContext(field: "$ctx { cur }")): Int
          b: Int
        }
    """,
)


def test_g40_the_value_is_collected_on_the_ancestor_and_passed_as_a_variable() -> None:
    assert LOCAL.steps("{t{u{price b}}}") == [
        "0 a: {t{cur u{id b}}}",
        (
            "1 a after 0: query($representations:[_Any!]!,$c0_0:String){"
            "_entities(representations:$representations){...on U{price(cur:$c0_0)}}}"
        ),
        "    $representations t.u <- U{id} $c0_0={cur?}^1",
    ]


REMOTE = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! cur: String! }
    """,
    b="""
        type T @key(fields: "id") @context(name: "ctx") {
          id: ID!
          cur: String! @external
          us: [U]
          z: Int @requires(fields: "cur")
        }
        type U @key(fields: "id") {
          id: ID!
          price(cur: String @fromContext(field: "$ctx { cur }"), x: Int): Int
          b: Int
        }
    """,
)


def test_g40_the_value_may_come_from_another_subgraph() -> None:
    assert REMOTE.steps("{t{us{price(x:1) b}}}") == [
        "0 a: {t{id cur}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{us{id b}}}}"
        ),
        "    $representations t <- T{id}",
        (
            "2 b after 0,1: query($representations:[_Any!]!,$c0_0:String){"
            "_entities(representations:$representations){...on U{price(cur:$c0_0,x:1)}}}"
        ),
        "    $representations t.us.@ <- U{id} $c0_0={cur?}^1",
    ]


def test_g40_clients_do_not_see_the_argument() -> None:
    assert list(REMOTE.schema.get_type("U").fields["price"].args) == ["x"]  # type: ignore[union-attr]  # an object type
