"""The client's answer: nulls, scalars, types as its own schema has them (G21, G22, G59, G61)."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from gateway.execution.completion import complete
from gateway.execution.completion_source import DEVIATIONS
from gateway.execution.executor import answer_of, execute
from gateway.planner.plan import OperationKind, OutputField, QueryPlan
from tests.gateway.execution.plans import (
    Client,
    fetched,
    make_run,
    open_subgraphs,
    root_step,
)
from tests.gateway.transport.subgraph_server import Reply, subgraph_server

CLIENT = Client(
    """
    scalar JSON
    enum E { A B }
    interface N { id: ID }
    type X implements N { id: ID x: Int }
    type Y implements N { id: ID y: Int }
    type T { s: String strict: String! e: E es: [E!] j: JSON f: Float i: Int t: T ts: [T!] }
    type Query { t: T n: N ns: [N] tt: T! j: JSON }
    """
)


async def body(output: tuple[OutputField, ...], data: bytes) -> bytes:
    """The answer's bytes when the one subgraph's data is `data`."""
    root = root_step("a", "{...}", *(fetched(each.source_key, "X") for each in output))
    async with (
        subgraph_server(lambda _: Reply(b'{"data":' + data + b"}")) as a,
        open_subgraphs({"a": a.url}) as transports,
    ):
        run = make_run(QueryPlan(OperationKind.QUERY, (root,), output), CLIENT, transports)
        quick = await execute(run.plan, run.variables, run.around, run.context)
        run.start()
        assert quick == await answer_of(run)
        return quick.body


async def completed(output: tuple[OutputField, ...], data: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = msgspec.json.decode(await body(output, msgspec.json.encode(data)))
    return parsed


def t(*fields: OutputField, key: str = "t", type_: str = "T") -> tuple[OutputField, ...]:
    return (CLIENT.out(key, type_, *fields),)


@pytest.mark.parametrize(
    "value",
    [
        b"9007199254740993",
        b"123456789012345678901234567890",
        b"1.0",
        b"-0.0",
        b'{"b":[1,{"a":null}],"a":1e-7}',
        '"\u2028 \U0001f3ab ä"'.encode(),
        b"[[],{},[null]]",
        b"false",
    ],
)
async def test_g61_custom_scalars_pass_through_untouched(value: bytes) -> None:
    got = await body((CLIENT.out("j", "JSON"),), b'{"j":' + value + b"}")
    assert got == b'{"data":{"j":' + value + b"}}"


async def test_g61_a_whole_float_stays_a_float() -> None:
    got = await body(t(CLIENT.out("f", "Float"), CLIENT.out("i", "Int")), b'{"t":{"f":1.0,"i":2}}')
    assert got == b'{"data":{"t":{"f":1.0,"i":2}}}'


async def test_keys_follow_the_client_and_helpers_are_dropped() -> None:
    output = t(CLIENT.out("i", "Int"), CLIENT.out("s", "String"))
    got = await body(output, b'{"t":{"__typename":"T","s":"x","hidden":1,"i":2}}')
    assert got == b'{"data":{"t":{"i":2,"s":"x"}}}'


async def test_g59_a_null_bubbles_once_to_the_nearest_nullable_with_one_error() -> None:
    inner = CLIENT.out("ts", "[T!]", CLIENT.out("strict", "String!"), CLIENT.out("s", "String"))
    got = await completed(
        t(inner), {"t": {"ts": [{"strict": "x", "s": None}, {"strict": None, "s": "y"}]}}
    )
    assert got["data"] == {"t": {"ts": None}}
    assert [error["path"] for error in got["errors"]] == [["t", "ts", 1, "strict"]]


async def test_a_null_that_reaches_the_root_nulls_the_data() -> None:
    got = await completed(
        t(CLIENT.out("strict", "String!"), key="tt", type_="T!"), {"tt": {"strict": None}}
    )
    assert got["data"] is None
    assert len(got["errors"]) == 1


@pytest.mark.parametrize("value", [{"s": 1}, {"s": ["x"]}, {"s": {}}, {"s": True}, {"s": 1.5}])
async def test_a_wrong_scalar_is_null_with_an_error(value: dict[str, Any]) -> None:
    got = await completed(t(CLIENT.out("s", "String")), {"t": value})
    assert got["data"] == {"t": {"s": None}}
    assert got["errors"][0]["path"] == ["t", "s"]
    assert got["errors"][0]["extensions"]["code"] == "SUBREQUEST_MALFORMED_RESPONSE"


@pytest.mark.parametrize("value", ["text", 1, [], [{}], True])
async def test_something_else_than_an_object_is_null_with_an_error(value: object) -> None:
    got = await completed(t(CLIENT.out("s", "String")), {"t": value})
    assert got["data"] == {"t": None}
    assert [error["path"] for error in got["errors"]] == [["t"]]


@pytest.mark.parametrize("value", ["", {}, 3, "text"])
async def test_something_else_than_a_list_is_null_with_an_error(value: object) -> None:
    got = await completed(
        t(CLIENT.out("ts", "[T!]", CLIENT.out("s", "String"))), {"t": {"ts": value}}
    )
    assert got["data"] == {"t": {"ts": None}}
    assert [error["path"] for error in got["errors"]] == [["t", "ts"]]


async def test_g22_a_hidden_enum_value_is_null_and_its_name_stays_hidden() -> None:
    got = await completed(
        t(CLIENT.out("e", "E"), CLIENT.out("es", "[E!]")),
        {"t": {"e": "SECRET", "es": ["A", "SECRET"]}},
    )
    assert got["data"] == {"t": {"e": None, "es": None}}
    assert [error["path"] for error in got["errors"]] == [["t", "e"], ["t", "es", 1]]
    assert "SECRET" not in str(got)


async def test_g21_a_hidden_runtime_type_is_null_and_its_name_stays_hidden() -> None:
    for fields in (
        (CLIENT.out("id", "ID"),),
        (CLIENT.out("__typename", "String!"), CLIENT.out("x", "Int", on=frozenset({"X"}))),
    ):
        got = await completed(
            (CLIENT.out("n", "N", *fields),), {"n": {"__typename": "Hidden", "id": "1"}}
        )
        assert got["data"] == {"n": None}
        assert len(got["errors"]) == 1
        assert "Hidden" not in str(got)


NS = CLIENT.out(
    "ns",
    "[N]",
    CLIENT.out("kind", "String!", source="__typename"),
    CLIENT.out("v", "Int", source="x", on=frozenset({"X"})),
    CLIENT.out("v", "Int", source="y", on=frozenset({"Y"})),
)


async def test_fields_apply_by_runtime_type() -> None:
    got = await completed(
        (NS,), {"ns": [{"__typename": "Y", "y": 2}, {"__typename": "X", "x": 1}, None]}
    )
    assert got == {"data": {"ns": [{"kind": "Y", "v": 2}, {"kind": "X", "v": 1}, None]}}


async def test_g13_an_object_of_a_type_without_selected_fields_is_empty() -> None:
    only_x = CLIENT.out("ns", "[N]", CLIENT.out("x", "Int", on=frozenset({"X"})))
    got = await completed((only_x,), {"ns": [{"__typename": "Y"}]})
    assert got == {"data": {"ns": [{}]}}


async def test_objects_with_nothing_selected_are_empty() -> None:
    output = (CLIENT.out("ns", "[N]"), CLIENT.out("t", "T"))
    got = await completed(output, {"ns": [{"__typename": "X", "x": 1}, None], "t": {"s": "x"}})
    assert got == {"data": {"ns": [{}, None], "t": {}}}


async def test_siblings_of_one_response_key_merge_their_selections() -> None:
    output = (
        CLIENT.out("t", "T", CLIENT.out("s", "String")),
        CLIENT.out("t", "T", CLIENT.out("i", "Int")),
    )
    got = await completed(output, {"t": {"s": "x", "i": 1}})
    assert got == {"data": {"t": {"s": "x", "i": 1}}}


async def test_an_alias_typename_does_not_disturb_the_runtime_type() -> None:
    aliased = CLIENT.out("ns", "[N]", CLIENT.out("__typename", "ID", source="id"), NS.selection[1])
    got = await completed((aliased,), {"ns": [{"__typename": "X", "id": "7", "x": 1}]})
    assert got == {"data": {"ns": [{"__typename": "7", "v": 1}]}}


def test_the_compiled_completion_agrees_with_the_general_one_or_leaves_it_to_it() -> None:
    leaf = CLIENT.out("strict", "String!")
    fields = t(leaf, CLIENT.out("e", "E"), replace(NS, type=CLIENT.type("[N]")))
    run_values: list[Any] = [
        {"t": None},
        {"t": {"strict": "x", "e": "A", "ns": [{"__typename": "X", "x": 3}]}},
        {"t": {"strict": None, "e": "A", "ns": []}},
        {"t": {"strict": "x", "e": "C", "ns": None}},
        {"t": {"strict": "x", "e": None, "ns": [{"__typename": "Z"}]}},
        {"t": {"e": None}},
        {},
    ]
    from gateway.execution.completion_source import compile_completion
    from gateway.execution.data_shape import DataNode
    from gateway.execution.shapes import shape_of

    shape = shape_of(CLIENT.schema, "Query", fields)
    fast = compile_completion(shape, DataNode())
    agreed = 0
    for value in run_values:
        completed_ = complete(shape, value)
        try:
            quick = fast(value)
        except DEVIATIONS:
            assert completed_.errors
        else:
            agreed += 1
            assert (quick, []) == (completed_.data, completed_.errors)
    assert agreed == 2
