"""Queries and mutations through the whole flow, over real HTTP subgraphs."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from gateway.errors import (
    BadVariables,
    OperationNotResolved,
    ParseFailed,
    RequestRefused,
    ValidationFailed,
)
from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.pipeline import PipelineOptions
from gateway.planner.plan import OperationKind
from tests.gateway.pipeline_case import a, b, gateway
from tests.gateway.transport.subgraph_server import Reply, Request

AB = {"a": a, "b": b}
US = "{ us { id: name n } }"


async def test_a_query_joins_two_subgraphs_and_keeps_the_clients_aliases() -> None:
    async with gateway(AB) as g:
        got = await g.ask(US)
    assert got == {"data": {"us": [{"id": "Ann", "n": "n1"}, {"id": "Ben", "n": "n2"}]}}


async def test_a_hot_request_touches_neither_graphql_core_nor_the_planner() -> None:
    async with gateway(AB) as g:
        for _ in range(2):  # at the second time code is generated
            await g.ask(US)
        with (
            patch("gateway.pipeline.parse_document", side_effect=AssertionError),
            patch("gateway.pipeline.validate_document", side_effect=AssertionError),
            patch("gateway.pipeline.plan_operation", side_effect=AssertionError),
            patch("gateway.pipeline.compile_variables", side_effect=AssertionError),
            patch("gateway.pipeline.prepare_plan", side_effect=AssertionError),
        ):
            assert (await g.ask(US))["data"]["us"][0]["n"] == "n1"


async def test_variables_reach_the_subgraph_that_uses_them_and_no_other() -> None:
    query = "query($id: ID!, $n: Boolean!) { user(id: $id) { name n @include(if: $n) } }"
    async with gateway(AB) as g:
        with_n = await g.ask(query, {"id": "1", "n": True})
        without = await g.ask(query, {"id": "1", "n": False})
    assert with_n == {"data": {"user": {"name": "Ann", "n": "n1"}}}
    assert without == {"data": {"user": {"name": "Ann"}}}
    assert len(g.sent("b")) == 1
    assert g.sent("a")[0]["variables"]["id"] == "1"
    assert "id" not in g.sent("b")[0]["variables"]


async def test_g48_a_skipped_root_field_calls_nobody() -> None:
    async with gateway(AB) as g:
        assert await g.ask("query($s: Boolean!) { us @skip(if: $s) { id } }", {"s": True}) == {
            "data": {}
        }
        assert g.sent("a") == []


async def test_g44_a_mutations_follow_ups_end_before_the_next_mutation() -> None:
    order: list[str] = []

    def noted(name: str, handler: Any) -> Any:
        def handle(request: Request) -> Reply:
            order.append(name + (":entities" if "_entities" in request["query"] else ""))
            reply: Reply = handler(request)
            return reply

        return handle

    async with gateway({"a": noted("a", a), "b": noted("b", b)}) as g:
        got = await g.ask('mutation { rename(id: "1", name: "Bea") { name n } reset }')
    assert got == {"data": {"rename": {"name": "Bea", "n": "n1"}, "reset": True}}
    assert order == ["a", "b:entities", "b"]


async def test_g17_g53_typename_and_introspection_need_no_subgraph_and_keep_their_place() -> None:
    query = (
        '{ kind: __typename __type(name: "U") { name } us { name } '
        "__schema { queryType { name } } }"
    )
    async with gateway(AB) as g:
        assert await g.ask("{ __typename }") == {"data": {"__typename": "Query"}}
        assert g.sent("a") == []
        got = await g.ask(query)
    assert list(got["data"]) == ["kind", "__type", "us", "__schema"]
    assert got["data"]["__type"] == {"name": "U"}


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (GraphQLRequest("{ us {"), ParseFailed),
        (GraphQLRequest("{ nobody }"), ValidationFailed),
        (GraphQLRequest("query A { count } query B { count }"), OperationNotResolved),
        (GraphQLRequest("query($id: ID!) { user(id: $id) { id } }"), BadVariables),
        (GraphQLRequest("subscription { renamed { id } }"), OperationNotResolved),
    ],
)
async def test_what_cannot_be_executed_is_refused(
    request_: GraphQLRequest, refusal: type[RequestRefused]
) -> None:
    async with gateway(AB) as g:
        with pytest.raises(refusal):
            await g.pipeline.execute(request_, RequestContext())
        assert g.sent("a") == g.sent("b") == []


async def test_prepared_operations_are_kept_up_to_a_number() -> None:
    async with gateway(AB, PipelineOptions(operations_kept=2)) as g:
        first = GraphQLRequest("{ count }")
        kept = g.pipeline.prepare(first)
        assert kept.kind is OperationKind.QUERY
        g.pipeline.prepare(GraphQLRequest("{ c: count }"))
        assert g.pipeline.prepare(first) is kept
        g.pipeline.prepare(GraphQLRequest("{ d: count }"))
        g.pipeline.prepare(GraphQLRequest("{ e: count }"))
        assert g.pipeline.prepare(first) is not kept


async def test_prepared_operations_are_kept_up_to_a_sum_of_lengths() -> None:
    async with gateway(AB, PipelineOptions(kept_characters=30)) as g:
        first = GraphQLRequest("{ count }")
        kept = g.pipeline.prepare(first)
        g.pipeline.prepare(GraphQLRequest("{ c: count }"))
        assert g.pipeline.prepare(first) is kept
        g.pipeline.prepare(GraphQLRequest("{ count }" + " " * 40))  # too long to be kept
        assert g.pipeline.prepare(first) is not kept


async def test_headers_go_to_subgraphs_and_every_cookie_comes_back() -> None:
    cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Other", "3"))
    handlers = {"a": lambda request: Reply(a(request).content, headers=cookies), "b": b}
    async with gateway(handlers) as g:
        context = RequestContext(headers=((b"authorization", b"Bearer x"),))
        await g.ask(US, context=context)
        assert context.response_headers == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        for name in "ab":
            assert ("authorization", "Bearer x") in g.subgraphs[name].headers[0]


async def test_the_clients_deadline_ends_waiting_with_partial_data() -> None:
    late = {"a": a, "b": lambda request: Reply(b(request).content, delay_seconds=5)}
    async with gateway(late) as g:
        loop = asyncio.get_running_loop()
        began = loop.time()
        got = await g.ask(US, context=RequestContext(deadline=began + 0.2))
    assert loop.time() - began < 1
    assert got["data"] == {"us": [{"id": "Ann", "n": None}, {"id": "Ben", "n": None}]}
    assert {error["extensions"]["code"] for error in got["errors"]} == {"SUBREQUEST_TIMEOUT"}


async def test_identical_queries_under_way_are_executed_once_when_they_may_be() -> None:
    slow = {"a": lambda request: Reply(a(request).content, delay_seconds=0.05), "b": b}
    async with gateway(slow, PipelineOptions(share_identical=True)) as g:
        mine = RequestContext(headers=((b"authorization", b"me"),))
        got = await asyncio.gather(*(g.ask(US, context=mine) for _ in range(5)), g.ask(US))
        assert [answer["data"]["us"][0]["n"] for answer in got] == ["n1"] * 6
        assert len(g.sent("a")) == 2
        rename = 'mutation { rename(id: "1", name: "Bea") { name } }'
        await asyncio.gather(*(g.ask(rename) for _ in range(2)))
        assert len(g.sent("a")) == 4
