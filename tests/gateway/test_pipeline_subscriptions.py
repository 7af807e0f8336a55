"""Subscriptions through the whole flow: entity joins per event, broken streams, reloads."""

import asyncio
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from gateway.execution.exchange import Answer, GraphQLRequest, RequestContext
from gateway.pipeline import Pipeline, PipelineOptions
from gateway.snapshot import build_snapshot
from gateway.transport.settings import SubscriptionProtocol
from tests.gateway.pipeline_case import ANN, SUPERGRAPH, a, b, gateway
from tests.gateway.transport.stream_servers import (
    BREAK,
    FOREVER,
    sse_server,
    websocket_server,
)
from tests.gateway.transport.subgraph_server import Reply, closed_port

AB = {"a": a, "b": b}
SERVERS = {
    SubscriptionProtocol.WEBSOCKET: websocket_server,
    SubscriptionProtocol.SSE: sse_server,
}


def parsed(answer: Answer) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(answer.body)
    return value


EVENTS: list[Any] = [
    {"data": {"renamed": ANN}},
    {"data": {"renamed": None}, "errors": [{"message": "lost", "path": ["renamed"]}]},
    {"data": {"renamed": {"id": "2", "name": "Ben"}}},
]
SUBSCRIPTION = GraphQLRequest("subscription($id: ID) { r: renamed(id: $id) { n name } }")


@pytest.mark.parametrize("protocol", list(SubscriptionProtocol))
async def test_g47_entities_are_joined_per_event_and_an_events_error_is_not_the_end(
    protocol: SubscriptionProtocol,
) -> None:
    async with (
        SERVERS[protocol](*EVENTS) as stream,
        gateway(AB, streams=stream.url, protocol=protocol) as g,
    ):
        context = RequestContext(headers=((b"authorization", b"me"),))
        got = [parsed(answer) async for answer in g.pipeline.subscribe(SUBSCRIPTION, context)]
        assert ("authorization", "me") in g.subgraphs["b"].headers[0]
    assert got[0] == {"data": {"r": {"n": "n1", "name": "Ann"}}}
    assert got[1]["data"] == {"r": None}
    assert got[1]["errors"][0]["path"] == ["r"]
    assert got[2] == {"data": {"r": {"n": "n2", "name": "Ben"}}}
    assert len(got) == 3
    assert stream.headers[0]["authorization"] == "me"


async def test_an_identity_renewed_during_a_subscription_goes_with_the_next_event() -> None:
    async with websocket_server(*EVENTS) as stream, gateway(AB, streams=stream.url) as g:
        context = RequestContext(headers=((b"authorization", b"old"),))
        async for _ in g.pipeline.subscribe(SUBSCRIPTION, context):
            context.headers = ((b"authorization", b"new"),)
        seen = [dict(headers)["authorization"] for headers in g.subgraphs["b"].headers]
    assert seen == ["old", "new"]


async def test_a_stream_that_breaks_and_is_not_opened_again_ends_with_an_error() -> None:
    async with (
        websocket_server(EVENTS[0], BREAK) as stream,
        gateway(AB, PipelineOptions(reconnect_delays_seconds=()), stream.url) as g,
    ):
        answers = g.pipeline.subscribe(SUBSCRIPTION, RequestContext())
        got = [parsed(answer) async for answer in answers]
    assert len(got) == 2
    assert got[1]["errors"][0]["extensions"] == {"code": "SUBREQUEST_HTTP_ERROR", "service": "a"}


@pytest.mark.parametrize("protocol", list(SubscriptionProtocol))
async def test_t7_a_lost_stream_is_opened_again_and_the_client_is_told_of_the_gap(
    protocol: SubscriptionProtocol,
) -> None:
    options = PipelineOptions(reconnect_delays_seconds=(0.01, 0.01))
    async with (
        SERVERS[protocol](EVENTS[0], BREAK) as stream,
        gateway(AB, options, stream.url, protocol) as g,
    ):
        got = []
        async for answer in g.pipeline.subscribe(SUBSCRIPTION, RequestContext()):
            got.append(parsed(answer))
            if len(got) == 3:
                stream.events = (EVENTS[2],)
    data = {"r": {"n": "n1", "name": "Ann"}}
    gap = {"gap": True}
    assert got == [
        {"data": data},
        {"data": data, "extensions": gap},
        {"data": data, "extensions": gap},
        {"data": {"r": {"n": "n2", "name": "Ben"}}, "extensions": gap},
    ]


async def test_t7_a_stream_that_stays_lost_ends_with_an_error() -> None:
    options = PipelineOptions(reconnect_delays_seconds=(0.01, 0.01))
    async with gateway(AB, options, f"http://127.0.0.1:{await closed_port()}/") as g:
        got = [
            parsed(answer) async for answer in g.pipeline.subscribe(SUBSCRIPTION, RequestContext())
        ]
        assert len(got) == 1
    async with websocket_server(BREAK) as stream, gateway(AB, options, stream.url) as g:
        got = [
            parsed(answer) async for answer in g.pipeline.subscribe(SUBSCRIPTION, RequestContext())
        ]
        assert len(stream.subscribed) == 3
    assert [answer["errors"][0]["extensions"]["service"] for answer in got] == ["a"]


async def test_closing_a_subscription_ends_it_in_the_subgraph() -> None:
    async with (
        websocket_server(EVENTS[0], FOREVER) as stream,
        gateway(AB, streams=stream.url) as g,
    ):
        async with aclosing(g.pipeline.subscribe(SUBSCRIPTION, RequestContext())) as answers:
            await anext(answers)
        async with asyncio.timeout(1):
            while not stream.completed:
                await asyncio.sleep(0.005)


async def test_t8_a_subscription_goes_on_with_the_pipeline_that_replaces_its_own() -> None:
    async with websocket_server(*EVENTS) as stream, gateway(AB, streams=stream.url) as g:
        got = []
        async for answer in g.pipeline.subscribe(SUBSCRIPTION, RequestContext()):
            got.append(parsed(answer))
            if len(got) == 1:
                other = SUPERGRAPH.replace("count: Int", "counter: Int")
                g.pipeline.replaced_by = Pipeline(build_snapshot(other), g.transports)
    assert [answer["data"]["r"] for answer in got] == [
        {"n": "n1", "name": "Ann"},
        None,
        {"n": "n2", "name": "Ben"},
    ]
    assert len(stream.subscribed) == 1


async def test_t8_a_subscription_that_the_new_schema_refuses_ends_with_a_code() -> None:
    async with websocket_server(*EVENTS) as stream, gateway(AB, streams=stream.url) as g:
        got = []
        async for answer in g.pipeline.subscribe(SUBSCRIPTION, RequestContext()):
            got.append(parsed(answer))
            other = SUPERGRAPH.replace("renamed(id: ID)", "renamed(name: ID)")
            g.pipeline.replaced_by = Pipeline(build_snapshot(other), g.transports)
    assert len(got) == 2
    assert got[1]["errors"][0]["extensions"] == {"code": "SUBSCRIPTION_SCHEMA_RELOAD"}


async def test_t8_a_new_plan_that_streams_something_else_opens_its_own_stream() -> None:
    both = {"a": a, "b": lambda _: Reply({"data": {"_entities": [{"n": "n", "name": "B"}]}})}
    async with (
        websocket_server(EVENTS[0], EVENTS[2]) as stream,
        gateway(both, streams=stream.url) as g,
    ):
        names = []
        async for answer in g.pipeline.subscribe(SUBSCRIPTION, RequestContext()):
            names.append(parsed(answer)["data"]["r"]["name"])
            if len(names) == 1:
                moved = SUPERGRAPH.replace(
                    "name: String @join__field(graph: A)", "name: String @join__field(graph: B)"
                )
                g.pipeline.replaced_by = Pipeline(build_snapshot(moved), g.transports)
    assert names == ["Ann", "Ben", "B", "B"]
    first, second = (request["query"] for request in stream.subscribed)
    assert first != second
