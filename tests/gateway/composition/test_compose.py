"""compose(): one outcome whatever the order, all errors at once, a supergraph that loads."""

from itertools import permutations

from graphql import print_schema

from gateway.composition import SubgraphInput, compose
from gateway.federation.api_schema import build_api_schema
from gateway.federation.supergraph import parse_supergraph
from tests.gateway.composition.kit import compose_sdls, fed2

SHOP = {
    "users": fed2(
        """
        "Somebody"
        type User @key(fields: "id") { id: ID! name: String! }
        type Query { me: User }
        union Result = User | Failure
        type Failure @shareable { message: String! }
        type Mutation { signUp(input: SignUp!): Result! }
        input SignUp { name: String! role: Role = BUYER }
        enum Role { BUYER SELLER }
        """
    ),
    "orders": fed2(
        """
        type Order @key(fields: "id") { id: ID! buyer: User! total: Int! @tag(name: "money") }
        type User @key(fields: "id") { id: ID! orders(first: Int! = 10): [Order!]! }
        type Failure @shareable { message: String! }
        type Query { order(id: ID!): Order }
        type Subscription { orderUpdated(id: ID!): Order! }
        """
    ),
    "payments": fed2(
        """
        extend type Order @key(fields: "id") {
          id: ID! total: Int! @external fee: Int! @requires(fields: "total")
        }
        """
    ),
}


def test_the_order_of_subgraphs_does_not_matter() -> None:
    inputs = [SubgraphInput(name, f"http://{name}", sdl) for name, sdl in SHOP.items()]
    outcomes = {compose(order) for order in permutations(inputs)}
    assert len(outcomes) == 1
    assert outcomes.pop().ok


def test_the_supergraph_has_join_0_5_and_the_specs_in_use() -> None:
    sdl = compose_sdls(**SHOP).supergraph_sdl or ""
    assert sdl.startswith(
        "schema\n"
        '  @link(url: "https://specs.apollo.dev/link/v1.0")\n'
        '  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)\n'
        '  @link(url: "https://specs.apollo.dev/tag/v0.3")\n'
        "{\n  query: Query\n  mutation: Mutation\n  subscription: Subscription\n}\n"
    )
    assert 'ORDERS @join__graph(name: "orders", url: "http://orders")' in sdl


def test_the_api_schema_has_no_trace_of_federation() -> None:
    sdl = compose_sdls(**SHOP).supergraph_sdl
    assert sdl is not None
    api = print_schema(build_api_schema(parse_supergraph(sdl)))
    assert "orders(first: Int! = 10): [Order!]!" in api
    assert "join__" not in api


def test_errors_of_all_subgraphs_come_together() -> None:
    errors = compose_sdls(
        a=fed2('type Query { t: T } type T @key(fields: "x") { id: ID! }'),
        b=fed2("type R { x: Int @external }"),
        c="type Query {",
    ).errors
    assert [error.code for error in errors] == [
        "INVALID_GRAPHQL",
        "KEY_INVALID_FIELDS",
        "EXTERNAL_UNUSED",
    ]


def test_errors_of_merging_come_together() -> None:
    errors = compose_sdls(
        a=fed2("type Query { x(n: Int): Int y: Int } enum E { A }"),
        b=fed2("type Query { x(n: ID): Int y: String } input E { a: Int }"),
    ).errors
    assert {error.code for error in errors} == {
        "TYPE_KIND_MISMATCH",
        "FIELD_TYPE_MISMATCH",
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        "INVALID_FIELD_SHARING",
    }


def test_every_error_says_where() -> None:
    (error,) = compose_sdls(a=fed2("type Query { x: Int }"), b=fed2("type Query { x: Int }")).errors
    assert [str(location) for location in error.locations] == ["a:2:14", "b:2:14"]
    assert error.message.endswith("(at a:2:14, b:2:14)")


def test_similar_names_of_subgraphs_are_numbered() -> None:
    sdl = (
        compose(
            [
                SubgraphInput("my-shop", "", "type Query { a: Int }"),
                SubgraphInput("my.shop", "", "type Query { b: Int }"),
                SubgraphInput("1st", "", "type Query { c: Int }"),
            ]
        ).supergraph_sdl
        or ""
    )
    for name in ("MY_SHOP_1", "MY_SHOP_2", "_1ST"):
        assert f"  {name} @join__graph" in sdl
