"""Subgraphs that are down, late, wrong or lying: acceptance points G57, G58 and G60."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.planner.plan import LIST, InputField, OperationKind, QueryPlan, Representation
from tests.gateway.execution.plans import (
    Client,
    answer,
    entities,
    entity_step,
    fetched,
    open_subgraphs,
    root_step,
)
from tests.gateway.transport.subgraph_server import (
    Reply,
    Request,
    closed_port,
    subgraph_server,
)

CLIENT = Client(
    "type Query { us: [U] v: Int } interface I { n: String } "
    "type U implements I { id: ID! n: String m: String } type W implements I { n: String }"
)
US = root_step("a", "{us{id}}", fetched("us", "[U]", fetched("id", "ID!")))
TEXT = "query($representations:[_Any!]!){_entities(representations:$representations){...on U{n m}}}"
N = entity_step(
    "b",
    TEXT,
    (entities("U", ("us", LIST)),),
    (fetched("n", "String"), fetched("m", "String")),
)
USER = (CLIENT.out("id", "ID!"), CLIENT.out("n", "String"), CLIENT.out("m", "String"))
PLAN = QueryPlan(OperationKind.QUERY, (US, N), (CLIENT.out("us", "[U]", *USER),))
TWO_USERS = Reply({"data": {"us": [{"id": "1"}, {"id": "2"}]}})
LOST = [{"id": "1", "n": None, "m": None}, {"id": "2", "n": None, "m": None}]
PATHS = [["us", 0, "n"], ["us", 0, "m"], ["us", 1, "n"], ["us", 1, "m"]]


async def asked(reply: Reply, **settings: Any) -> dict[str, Any]:
    """The answer to the plan when b says `reply`."""
    async with (
        subgraph_server(lambda _: TWO_USERS) as a,
        subgraph_server(lambda _: reply) as b,
        open_subgraphs({"a": a.url, "b": b.url}, **settings) as transports,
    ):
        return await answer(PLAN, CLIENT, transports)


def codes(got: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (error["extensions"]["code"], error["extensions"]["service"]) for error in got["errors"]
    }


async def test_g57_a_subgraph_that_is_down_costs_its_own_fields_only() -> None:
    port = await closed_port()
    async with (
        subgraph_server(lambda _: TWO_USERS) as a,
        open_subgraphs({"a": a.url, "b": f"http://127.0.0.1:{port}/"}) as transports,
    ):
        got = await answer(PLAN, CLIENT, transports)
    assert got["data"] == {"us": LOST}
    assert [error["path"] for error in got["errors"]] == PATHS
    assert codes(got) == {("SUBREQUEST_HTTP_ERROR", "b")}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(b"<html>oops", status=502, content_type="text/html"), "SUBREQUEST_HTTP_ERROR"),
        (Reply(b"", status=500), "SUBREQUEST_HTTP_ERROR"),
        (Reply(b"<html>hello", content_type="text/html"), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply(b'{"data":{"_ent'), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply([1, 2]), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"hello": 1}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": None}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": 3}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {"_entities": None}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {"_entities": "x"}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {"_entities": []}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {"_entities": [{"n": "x", "m": "y"}]}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {"_entities": [None] * 3}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": {"_entities": [1, []]}}), "SUBREQUEST_MALFORMED_RESPONSE"),
        (Reply({"data": None, "errors": [{"message": "no"}]}), "DOWNSTREAM_SERVICE_ERROR"),
        (Reply({"errors": [{"message": "no", "path": ["_entities"]}]}), "DOWNSTREAM_SERVICE_ERROR"),
        (Reply({"errors": "no"}), "DOWNSTREAM_SERVICE_ERROR"),
        (
            Reply({"errors": [{"message": "who?", "extensions": {"code": "MINE"}}]}, status=401),
            "MINE",
        ),
        (Reply({"data": {"_entities": []}}, break_off=True), "SUBREQUEST_HTTP_ERROR"),
    ],
)
async def test_g57_g60_a_wrong_answer_is_isolated_with_a_reason_at_every_path(
    reply: Reply, code: str
) -> None:
    got = await asked(reply)
    assert got["data"] == {"us": LOST}
    assert [error["path"] for error in got["errors"]] == PATHS
    assert codes(got) == {(code, "b")}


async def test_g57_a_late_subgraph_is_timed_out() -> None:
    got = await asked(Reply({"data": {}}, delay_seconds=5), timeout_seconds=0.1)
    assert got["data"] == {"us": LOST}
    assert codes(got) == {("SUBREQUEST_TIMEOUT", "b")}


async def test_an_answer_larger_than_allowed_is_refused() -> None:
    got = await asked(Reply(b'{"data":"' + b"x" * 2000 + b'"}'), max_answer_bytes=1000)
    assert codes(got) == {("SUBREQUEST_MALFORMED_RESPONSE", "b")}


async def test_g60_errors_null_is_no_error() -> None:
    entity = {"n": "x", "m": "y"}
    got = await asked(Reply({"data": {"_entities": [entity, entity]}, "errors": None}))
    assert got == {"data": {"us": [{"id": "1", **entity}, {"id": "2", **entity}]}}


async def test_g60_a_missing_key_and_a_wrong_scalar_cost_only_themselves() -> None:
    got = await asked(Reply({"data": {"_entities": [{"n": "x"}, {"n": 5, "m": "y"}]}}))
    assert got["data"] == {
        "us": [{"id": "1", "n": "x", "m": None}, {"id": "2", "n": None, "m": "y"}]
    }
    assert [error["path"] for error in got["errors"]] == [["us", 0, "m"], ["us", 1, "n"]]


async def test_keys_that_nobody_asked_for_do_not_touch_another_subgraphs_data() -> None:
    entity = {"n": "x", "m": "y", "id": "wrong", "more": 1}
    got = await asked(Reply({"data": {"_entities": [entity, entity]}}))
    assert got == {"data": {"us": [{"id": i, "n": "x", "m": "y"} for i in "12"]}}


async def test_an_error_without_a_path_and_without_a_null_is_reported_once() -> None:
    entity = {"n": "x", "m": "y"}
    errors = [{"message": "deprecated", "path": ["nowhere", 7]}]
    got = await asked(Reply({"data": {"_entities": [entity, entity]}, "errors": errors}))
    assert got["data"]["us"][0] == {"id": "1", **entity}
    assert [error["message"] for error in got["errors"]] == ["deprecated"]


async def test_g58_an_unresolved_entity_nulls_up_to_the_nearest_nullable_with_an_error() -> None:
    strict = Client("type Query { us: [U] } type U { id: ID! n: String! m: String }")
    out = strict.out("us", "[U]", strict.out("id", "ID!"), strict.out("n", "String!"))
    async with (
        subgraph_server(lambda _: TWO_USERS) as a,
        subgraph_server(lambda _: Reply({"data": {"_entities": [None, {"n": "x"}]}})) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(replace(PLAN, output=(out,)), strict, transports)
    assert got["data"] == {"us": [None, {"id": "2", "n": "x"}]}
    assert [error["path"] for error in got["errors"]] == [["us", 0, "n"]]


async def test_an_error_in_a_field_that_only_a_representation_needs_names_no_such_path() -> None:
    reply = Reply(
        {
            "data": {"us": [{"id": None}, {"id": "2"}]},
            "errors": [{"message": "no id", "path": ["us", 0, "id"]}],
        }
    )
    out = CLIENT.out("us", "[U]", CLIENT.out("n", "String"))
    entity = {"n": "x", "m": "y"}
    async with (
        subgraph_server(lambda _: reply) as a,
        subgraph_server(lambda _: Reply({"data": {"_entities": [entity]}})) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(replace(PLAN, output=(out,)), CLIENT, transports)
    assert got["data"] == {"us": [{"n": None}, {"n": "x"}]}
    assert [(each["message"], each["path"]) for each in got["errors"]] == [
        ("no id", ["us", 0, "n"])
    ]


def mixed_plan() -> QueryPlan:
    typed = (fetched("__typename", "String!"), fetched("id", "ID!"))
    root = root_step("a", "{us{__typename id}}", fetched("us", "[I]", *typed))
    both = replace(
        entities("U", ("us", LIST)),
        representations=tuple(
            Representation(frozenset({name}), name, (InputField("id", "id"),)) for name in "UW"
        ),
    )
    step = entity_step("b", TEXT, (both,), (fetched("n", "String"),))
    client = Client(
        "type Query { us: [I] } interface I { n: String } type U implements I "
        "{ n: String } type W implements I { n: String }"
    )
    out = client.out("us", "[I]", client.out("n", "String"))
    return QueryPlan(OperationKind.QUERY, (root, step), (out,))


@pytest.mark.parametrize("message", ["'W'", "Unexpected error."])
async def test_g60_a_batch_lost_over_one_unknown_type_is_tried_again_without_it(
    message: str,
) -> None:
    us = [{"__typename": name, "id": "1"} for name in ("U", "W", "U")]

    def strict(request: Request) -> Reply:
        sent = request["variables"]["representations"]
        if any(each["__typename"] == "W" for each in sent):
            return Reply({"data": None, "errors": [{"message": message, "path": ["_entities"]}]})
        return Reply({"data": {"_entities": [{"n": "x"} for _ in sent]}})

    async with (
        subgraph_server(lambda _: Reply({"data": {"us": us}})) as a,
        subgraph_server(strict) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(mixed_plan(), CLIENT, transports)
    assert got["data"] == {"us": [{"n": "x"}, {"n": None}, {"n": "x"}]}
    assert [error["path"] for error in got["errors"]] == [["us", 1, "n"]]
    assert len(b.requests) <= 3
