"""Answers that fill the same objects: deep merging, and knowing when it is needed."""

from typing import Any

import pytest

from gateway.execution.data_shape import analyse
from gateway.execution.failures import Failure, Reason
from gateway.execution.merge import deep_merge, separately
from gateway.planner.plan import LIST, OperationKind, QueryPlan
from tests.gateway.execution.plans import (
    Client,
    answer,
    entities,
    entity_step,
    fetched,
    open_subgraphs,
    root_step,
)
from tests.gateway.transport.subgraph_server import Reply, subgraph_server

merge = deep_merge(frozenset({"Book", "Film"}), "b")
LOST = Failure((Reason.of("lost", "X", "a"),))


@pytest.mark.parametrize(
    ("present", "added", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"m": {"a": 1}}, {"m": {"b": 2}}, {"m": {"a": 1, "b": 2}}),
        ({"l": [{"a": 1}, None]}, {"l": [{"b": 2}, None]}, {"l": [{"a": 1, "b": 2}, None]}),
        ({"a": 1}, {"a": None}, {"a": 1}),
        ({"a": None}, {"a": LOST}, {"a": None}),
        ({"a": LOST}, {"a": None}, {"a": None}),
        ({"a": LOST}, {"a": 1}, {"a": 1}),
        ({"__typename": "Media"}, {"__typename": "Book"}, {"__typename": "Book"}),
        ({"__typename": "Book"}, {"__typename": "Media"}, {"__typename": "Book"}),
    ],
)
def test_what_is_known_is_kept(
    present: dict[str, Any], added: dict[str, Any], merged: dict[str, Any]
) -> None:
    merge(present, added)
    assert present == merged


def test_lists_of_different_length_are_a_failure() -> None:
    present: dict[str, Any] = {"l": [{"a": 1}]}
    merge(present, {"l": [{"b": 2}, {"b": 3}]})
    assert isinstance(present["l"], Failure)


def test_a_separate_merge_leaves_the_source_to_itself() -> None:
    source = {"m": {"a": [1]}}
    first: dict[str, Any] = {}
    separately(merge)(first, source)
    first["m"]["a"].append(2)
    assert source == {"m": {"a": [1]}}


CLIENT = Client("type Query { ps: [P] } type P { a: Int b: Int m: M } type M { x: Int y: Int }")


async def test_g42_shared_roots_are_merged_by_index() -> None:
    a = root_step(
        "a",
        "{ps{a m{x}}}",
        fetched("ps", "[P]", fetched("a", "Int"), fetched("m", "M", fetched("x", "Int"))),
    )
    b = root_step(
        "b",
        "{ps{b m{y}}}",
        fetched("ps", "[P]", fetched("b", "Int"), fetched("m", "M", fetched("y", "Int"))),
        id=1,
    )
    m = CLIENT.out("m", "M", CLIENT.out("x", "Int"), CLIENT.out("y", "Int"))
    out = CLIENT.out("ps", "[P]", CLIENT.out("a", "Int"), CLIENT.out("b", "Int"), m)
    plan = QueryPlan(OperationKind.QUERY, (a, b), (out,))
    replies = [{"ps": [{"a": 1, "m": {"x": 1}}, None]}, {"ps": [{"b": 2, "m": {"y": 2}}, None]}]
    async with (
        subgraph_server(lambda _: Reply({"data": replies[0]})) as one,
        subgraph_server(lambda _: Reply({"data": replies[1]})) as two,
        open_subgraphs({"a": one.url, "b": two.url}) as transports,
    ):
        assert await answer(plan, CLIENT, transports) == {
            "data": {"ps": [{"a": 1, "b": 2, "m": {"x": 1, "y": 2}}, None]}
        }
        replies[1] = {"ps": []}
        unequal = await answer(plan, CLIENT, transports)
    assert unequal["data"] == {"ps": None}
    assert [error["path"] for error in unequal["errors"]] == [["ps"]]


async def test_g46_a_root_that_is_entered_again_gets_its_data_where_it_is() -> None:
    client = Client("type Query { q: Query y: Int }")
    first = root_step(
        "a", "{q{__typename}}", fetched("q", "Query!", fetched("__typename", "String!"))
    )
    again = root_step("b", "{y}", fetched("y", "Int"), id=1, path=("q",), after=(0,))
    plan = QueryPlan(
        OperationKind.QUERY, (first, again), (client.out("q", "Query", client.out("y", "Int")),)
    )
    replies: list[Any] = [{"q": {"__typename": "Query"}}]
    async with (
        subgraph_server(lambda _: Reply({"data": replies[0]})) as a,
        subgraph_server(lambda _: Reply({"data": {"y": 7}})) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        assert await answer(plan, client, transports) == {"data": {"q": {"y": 7}}}
        replies[0] = {"q": None}
        assert await answer(plan, client, transports) == {"data": {"q": None}}
        assert len(b.requests) == 1


def test_objects_that_hold_only_their_key_are_interchangeable_and_others_are_not() -> None:
    key = fetched("id", "ID!")
    step = root_step(
        "a",
        "{...}",
        fetched("p", "P", key, fetched("title", "String")),
        fetched("ps", "[P]", fetched("best", "P", key)),
    )
    bare, full = ("ps", LIST, "best"), ("p",)
    inputs = (entities("P", bare, full),)
    join = entity_step("b", "...", inputs, (fetched("n", "String"),), id=1)
    again = entity_step("b", "...", inputs, (fetched("n", "String"),), id=2)
    _, (_, (found,), (repeated,)) = analyse((step, join, again), frozenset({"P"}), shares=True)
    assert found.interned == {bare}
    assert found.known_type == "P"
    assert not found.overlaps
    assert repeated.overlaps
    assert not repeated.interned


def test_an_object_that_parallel_steps_fill_overlaps_for_the_first_as_well() -> None:
    first = root_step("a", "{...}", fetched("p", "P", fetched("a", "Int")))
    second = root_step("b", "{...}", fetched("p", "P", fetched("b", "Int")), id=1)
    alone = root_step("b", "{...}", fetched("q", "P", fetched("b", "Int")), id=2)
    _, facts = analyse((first, second, alone), frozenset({"P"}), shares=True)
    assert [found.overlaps for (found,) in facts] == [True, True, False]


def test_an_object_in_two_places_overlaps_for_each_that_fills_it() -> None:
    key = fetched("id", "ID!")
    step = root_step("a", "{...}", fetched("p", "P", key), fetched("q", "P", key))
    one = entity_step("b", "...", (entities("P", ("p",)),), (fetched("f", "F", key),), id=1)
    other = entity_step("b", "...", (entities("P", ("q",)),), (fetched("f", "F", key),), id=2)
    _, facts = analyse((step, one, other), frozenset({"P"}), shares=True)
    assert [found.overlaps for (found,) in facts] == [False, True, True]
