"""What is ended early and what never is: acceptance point G62, and shared work in flight."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace

import pytest

from gateway.execution.executor import answer_of
from gateway.planner.plan import OperationKind, QueryPlan
from gateway.transport.base import SubgraphResponse, TransportError
from gateway.transport.headers import OutgoingHeaders
from tests.gateway.execution.plans import (
    Client,
    answer,
    fetched,
    make_run,
    open_subgraphs,
    root_step,
)
from tests.gateway.transport.subgraph_server import Reply, SubgraphServer, subgraph_server

CLIENT = Client("type Query { x: Int y: Int! } type Mutation { x: Int y: Int! }")
X = root_step("a", "{x}", fetched("x", "Int"))
Y = root_step("b", "{y}", fetched("y", "Int!"), id=1)
OUT = (CLIENT.out("x", "Int"), CLIENT.out("y", "Int!"))
SLOW = Reply({"data": {"x": 1}}, delay_seconds=2)


async def until_asked(subgraph: SubgraphServer) -> None:
    while not subgraph.requests:
        await asyncio.sleep(0.005)


async def test_g62_a_client_that_goes_away_ends_the_queries_under_way() -> None:
    plan = QueryPlan(OperationKind.QUERY, (X,), OUT[:1])
    async with (
        subgraph_server(lambda _: SLOW) as a,
        open_subgraphs({"a": a.url}) as transports,
    ):
        run = make_run(plan, CLIENT, transports)
        run.start()
        waiting = asyncio.create_task(answer_of(run))
        await until_asked(a)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0.05)
        assert a.abandoned == 1


async def test_g62_a_mutation_that_was_sent_is_not_ended() -> None:
    step = replace(X, kind=OperationKind.MUTATION)
    plan = QueryPlan(OperationKind.MUTATION, (step,), OUT[:1])
    async with (
        subgraph_server(lambda _: replace(SLOW, delay_seconds=0.2)) as a,
        open_subgraphs({"a": a.url}) as transports,
    ):
        run = make_run(plan, CLIENT, transports)
        run.start()
        waiting = asyncio.create_task(answer_of(run))
        await until_asked(a)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0.3)
        assert a.abandoned == 0


async def test_g62_a_null_that_reaches_the_root_ends_the_other_queries() -> None:
    plan = QueryPlan(OperationKind.QUERY, (X, Y), OUT)
    failed = Reply({"data": None, "errors": [{"message": "no y", "path": ["y"]}]})
    async with (
        subgraph_server(lambda _: SLOW) as a,
        subgraph_server(lambda _: replace(failed, delay_seconds=0.05)) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        async with asyncio.timeout(1):
            got = await answer(plan, CLIENT, transports)
        await asyncio.sleep(0.05)
        assert a.abandoned == 1
    assert got["data"] is None
    assert [(error["message"], error["path"]) for error in got["errors"]] == [("no y", ["y"])]


async def test_the_next_mutation_waits_for_the_one_before() -> None:
    seen: list[str] = []

    def note(name: str) -> Reply:
        seen.append(name)
        return Reply({"data": {name: 1}}, delay_seconds=0.02 if name == "x" else 0)

    steps = (
        replace(X, kind=OperationKind.MUTATION),
        replace(Y, kind=OperationKind.MUTATION, after=frozenset({0})),
    )
    async with (
        subgraph_server(lambda _: note("x")) as a,
        subgraph_server(lambda _: note("y")) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(QueryPlan(OperationKind.MUTATION, steps, OUT), CLIENT, transports)
    assert got == {"data": {"x": 1, "y": 1}}
    assert seen == ["x", "y"]


class Odd:
    """A transport that does what it should not."""

    def __init__(self, *, raises: bool) -> None:
        self._raises = raises

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """Raise, or give a future that is cancelled."""
        if self._raises:
            raise RuntimeError("broken")
        future: asyncio.Future[SubgraphResponse] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.cancel)
        return future

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """Nothing to subscribe to."""
        raise TransportError("no subscriptions")
        yield {}

    async def aclose(self) -> None:
        """Nothing to close."""


BOTH = QueryPlan(OperationKind.QUERY, (X, replace(Y, after=frozenset({0}))), OUT)


async def test_a_request_that_the_transport_gives_up_is_a_failed_request() -> None:
    odd = Odd(raises=False)
    got = await answer(BOTH, CLIENT, {"a": odd, "b": odd})
    assert got["data"] is None
    assert {error["message"] for error in got["errors"]} == {
        "The request to subgraph 'b' failed: the request was given up.",
        "The request to subgraph 'a' failed: the request was given up.",
    }


async def test_a_broken_invariant_reaches_whoever_waits_for_the_answer() -> None:
    async with (
        subgraph_server(lambda _: Reply({"data": {"x": 1}})) as a,
        open_subgraphs({"a": a.url}) as transports,
    ):
        with pytest.raises(RuntimeError, match="broken"):
            await answer(BOTH, CLIENT, {**transports, "b": Odd(raises=True)})
