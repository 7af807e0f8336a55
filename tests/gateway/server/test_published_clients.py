"""The server before published JavaScript clients, and the audit of GraphQL over HTTP."""

import asyncio
import json
from typing import Any

from tests.gateway.server.conftest import Serve
from tests.testkit.node import run_script

CHECKS = 61
RESULTS = [
    [{"data": {"hello": "hello you"}}],
    [{"data": {"slowly": "slowly"}}],
    [{"data": {"count": 1}}, {"data": {"count": 2}}, {"data": {"count": 3}}],
]


async def output_of(script: str, *arguments: str) -> Any:
    """What the script printed, while this loop serves it."""
    process = await asyncio.to_thread(run_script, script, *arguments)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


async def test_every_check_of_the_graphql_http_audit_passes(serve: Serve) -> None:
    async with serve() as running:
        results = await output_of("audit.mjs", running.url)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == CHECKS


async def test_graphql_ws_queries_mutates_and_subscribes_on_one_socket(serve: Serve) -> None:
    async with serve() as running:
        output = await output_of("graphql-ws.mjs", running.ws_url)
    assert output == {
        "results": RESULTS,
        "first": {"data": {"forever": 0}},
        "refused": ["GRAPHQL_VALIDATION_FAILED"],
    }
    assert running.engine.open_streams == 0


async def test_graphql_sse_has_a_connection_for_each_operation(serve: Serve) -> None:
    async with serve() as running:
        output = await output_of("graphql-sse.mjs", running.url)
    assert output == {"results": RESULTS, "first": {"data": {"forever": 0}}}


async def test_apollo_client_queries_and_follows_a_multipart_subscription(serve: Serve) -> None:
    async with serve() as running:
        output = await output_of("apollo-client.mjs", running.url)
    assert output == {
        "data": {"hello": "hello you"},
        "events": [{"count": 1}, {"count": 2}, {"count": 3}],
    }


async def test_graphql_sse_has_one_connection_for_all_operations(serve: Serve) -> None:
    async with serve() as running:
        output = await output_of("graphql-sse.mjs", f"{running.url}/stream", "single")
    assert output == {"results": RESULTS, "first": {"data": {"forever": 0}}}
