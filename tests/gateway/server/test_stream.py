"""Subscriptions over one HTTP response: server-sent events and multipart."""

import asyncio

import httpx
import pytest

from tests.gateway.server.conftest import Serve, code_of

SSE = {"accept": "text/event-stream"}
MULTIPART = {"accept": 'multipart/mixed;subscriptionSpec="1.0", application/json'}


async def test_events_are_framed_as_server_sent_events(serve: Serve) -> None:
    async with serve() as running:
        response = await running.client.post(
            running.url, json={"query": "subscription { count(to: 2) }"}, headers=SSE
        )
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.text == (
        ":\n\n"
        'event: next\ndata: {"data":{"count":1}}\n\n'
        'event: next\ndata: {"data":{"count":2}}\n\n'
        "event: complete\ndata: \n\n"
    )


async def test_an_event_source_subscribes_by_get(serve: Serve) -> None:
    async with serve() as running:
        response = await running.client.get(
            running.url, params={"query": "subscription { count(to: 1) }"}, headers=SSE
        )
    assert 'data: {"data":{"count":1}}' in response.text


async def test_a_query_is_answered_by_one_event(serve: Serve) -> None:
    async with serve() as running:
        response = await running.client.post(running.url, json={"query": "{ hello }"}, headers=SSE)
    assert response.text.endswith(
        'event: next\ndata: {"data":{"hello":"hello you"}}\n\nevent: complete\ndata: \n\n'
    )


async def test_parts_are_whole_with_the_boundary_that_follows_them(serve: Serve) -> None:
    async with serve() as running:
        response = await running.client.post(
            running.url, json={"query": "subscription { count(to: 2) }"}, headers=MULTIPART
        )
    part = "\r\ncontent-type: application/json\r\n\r\n"
    assert response.headers["content-type"] == (
        'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'
    )
    assert response.text == (
        "--graphql"
        f'{part}{{"payload":{{"data":{{"count":1}}}}}}\r\n--graphql'
        f'{part}{{"payload":{{"data":{{"count":2}}}}}}\r\n--graphql--\r\n'
    )


async def test_a_client_that_streams_only_where_needed_gets_plain_json(serve: Serve) -> None:
    accept = {"accept": 'application/json, multipart/mixed;subscriptionSpec="1.0"'}
    async with serve() as running:
        response = await running.client.post(
            running.url, json={"query": "{ hello }"}, headers=accept
        )
    assert response.json() == {"data": {"hello": "hello you"}}


@pytest.mark.parametrize(
    ("accept", "heartbeat"),
    [(SSE, ":\n\n"), (MULTIPART, "\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql")],
)
async def test_a_quiet_stream_is_kept_alive(
    serve: Serve, accept: dict[str, str], heartbeat: str
) -> None:
    query = {"query": "subscription { count(to: 1, every_seconds: 0.35) }"}
    async with serve(stream_heartbeat_seconds=0.1) as running:
        response = await running.client.post(running.url, json=query, headers=accept)
    before_the_event, _ = (
        response.text.split('{"data"', 1)
        if accept is SSE
        else (response.text.split('{"payload"', 1))
    )
    assert before_the_event.count(heartbeat) >= 3


async def test_the_upstream_ends_when_the_client_leaves(serve: Serve) -> None:
    async with serve() as running:
        async with running.client.stream(
            "POST", running.url, json={"query": "subscription { forever }"}, headers=SSE
        ) as response:
            await first_event(response)
            assert running.engine.open_streams == 1
        async with asyncio.timeout(1):
            while running.engine.open_streams:
                await asyncio.sleep(0.01)
        assert len(running.serving.live) == 0


async def test_a_document_that_is_refused_is_refused_before_the_stream(serve: Serve) -> None:
    async with serve() as running:
        response = await running.client.post(
            running.url, json={"query": "subscription { nothing }"}, headers=SSE
        )
    assert response.status_code == 400
    assert code_of(response.json()) == "GRAPHQL_VALIDATION_FAILED"


async def test_wrong_variables_are_one_event_with_the_errors(serve: Serve) -> None:
    query = {"query": "subscription($n: Int!) { count(to: $n) }", "variables": {"n": "x"}}
    async with serve() as running:
        response = await running.client.post(running.url, json=query, headers=SSE)
    assert '"code":"BAD_USER_INPUT"' in response.text
    assert response.text.endswith("event: complete\ndata: \n\n")


async def test_streams_are_completed_while_the_server_drains(serve: Serve) -> None:
    async with (
        serve(drain_seconds=2) as running,
        running.client.stream(
            "POST", running.url, json={"query": "subscription { forever }"}, headers=SSE
        ) as response,
    ):
        lines = response.aiter_lines()
        async for line in lines:
            if line.startswith("data: {"):
                break
        running.server.handle_exit(15, None)
        rest = [line async for line in lines]
    assert rest[-3:-1] == ["event: complete", "data: "]


async def first_event(response: httpx.Response) -> None:
    async for line in response.aiter_lines():
        if line.startswith("data: {"):
            return
