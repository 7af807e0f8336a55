"""Path search: where an object can be had, and what is missing where it cannot."""

from gateway.graph import Search
from tests.gateway.planner.kit import federation

CHAIN = federation(
    a='type Query { t: T } type T @key(fields: "id") { id: ID! w: Int }',
    b='type T @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }',
    c="""
        type T @key(fields: "sku") {
          sku: ID!
          w: Int @external
          price: Int
          tax: Int @requires(fields: "w")
        }
    """,
).graph
SEARCH = Search(CHAIN)
START = {CHAIN.nodes["A", "T"]: 0}


def test_keys_are_followed_in_a_chain() -> None:
    reached = SEARCH.spread("T", START)
    assert [(repr(node), reach.cost // 1000) for node, reach in reached.items()] == [
        ("T@A", 0),
        ("T@B", 1),
        ("T@C", 2),
    ]


def test_options_name_every_way_with_its_cost() -> None:
    reached = SEARCH.spread("T", START)
    (option,) = SEARCH.options("T", "price", reached)
    assert (repr(option.node), option.cost // 1000, option.entry) == ("T@C", 2, None)


def test_a_field_with_requirements_is_entered_for() -> None:
    (option,) = SEARCH.options("T", "tax", SEARCH.spread("T", START))
    assert option.source is None
    assert option.entry is not None
    assert option.entry.graph == "C"


def test_what_a_key_lacks_is_named() -> None:
    lone = {CHAIN.nodes["C", "T"]: 0}
    reached = Search(CHAIN).spread("T", lone, frozenset(CHAIN.keys["T"]))
    key = CHAIN.keys["T"][0].selection
    assert SEARCH.missing("T", key, reached) == ("T.id",)


def test_without_a_start_nothing_is_reached() -> None:
    assert SEARCH.spread("T", {}) == {}


def test_abstract_starts_are_narrowed_to_object_types() -> None:
    graph = federation(
        a="""
            type Query { u: U }
            union U = X | Y
            type X @key(fields: "id") { id: ID! }
            type Y { y: Int }
        """,
        b='type X @key(fields: "id") { id: ID! n: Int }',
    ).graph
    search = Search(graph)
    union = search.spread("U", {graph.nodes["A", "U"]: 5})
    starts = search.narrow(union, "X")
    assert {repr(node): cost for node, cost in starts.items()} == {"X@A": 5}
    assert [repr(node) for node in search.spread("X", starts)] == ["X@A", "X@B"]
