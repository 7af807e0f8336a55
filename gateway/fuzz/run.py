"""Sends random operations to the gateway and to the monolith; from a supergraph to differences."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.fuzz import monolith
from gateway.fuzz.operations import Operation
from gateway.fuzz.subgraphs import StrictSubgraph
from gateway.fuzz.world import World
from gateway.pipeline import Pipeline
from gateway.snapshot import build_snapshot
from gateway.transport.base import SubgraphResponse, Transport, TransportError
from gateway.transport.headers import OutgoingHeaders

RUNS = 2
"""Code is generated for an operation at its second use: both ways have to be right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An operation that the gateway answered otherwise than the monolith."""

    operation: Operation
    expected: str
    got: str
    requests: tuple[str, ...]
    """What the subgraphs were sent and what they said, in order."""

    def __str__(self) -> str:
        parts = [
            f"operation: {self.operation.text}",
            f"variables: {json.dumps(self.operation.variables)}",
            f"expected:  {self.expected}",
            f"got:       {self.got}",
            *self.requests,
        ]
        return "\n".join(parts)


class StrictTransport:
    """A `Transport` to a strict subgraph of the world, without a network."""

    def __init__(self, subgraph: StrictSubgraph, name: str, log: list[str]) -> None:
        self._subgraph = subgraph
        self._name = name
        self._log = log

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """Answer at once."""
        request: dict[str, Any] = json.loads(body)
        answer = json.dumps(self._subgraph.answer(request))
        self._log.append(f"{self._name} ← {json.dumps(request)}\n{self._name} → {answer}")
        future: asyncio.Future[SubgraphResponse] = asyncio.get_running_loop().create_future()
        future.set_result(SubgraphResponse(200, (), answer.encode()))
        return future

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """Only queries are fuzzed."""
        raise TransportError(f"{self._name} has no subscriptions")
        yield {}  # an async iterator by its type

    async def aclose(self) -> None:
        """Nothing to close."""


class Comparison:
    """The gateway and the monolith over one world of one supergraph."""

    def __init__(self, supergraph_sdl: str, seed: int) -> None:
        self._log: list[str] = []
        snapshot = build_snapshot(supergraph_sdl)
        self.api_schema = snapshot.api_schema
        self._world = World(snapshot.supergraph, seed)
        transports: dict[str, Transport] = {
            subgraph.name: StrictTransport(
                StrictSubgraph(self._world, subgraph.id), subgraph.name, self._log
            )
            for subgraph in snapshot.supergraph.subgraphs.values()
        }
        self._pipeline = Pipeline(snapshot, transports)

    async def difference(self, operation: Operation) -> Difference | None:
        """None when both answer the same data, in the same order, without an error, each time."""
        result = monolith.answer(self._world, self.api_schema, operation)
        if result.errors:
            raise AssertionError(f"the monolith failed: {result.errors} on {operation.text}")
        expected = json.dumps({"data": result.data})
        for _ in range(RUNS):
            self._log.clear()
            got = await self._answer(operation)
            if got != expected:
                return Difference(operation, expected, got, tuple(self._log))
        return None

    async def _answer(self, operation: Operation) -> str:
        request = GraphQLRequest(operation.text, variables=operation.variables)
        try:
            answer = await self._pipeline.execute(request, RequestContext())
            return json.dumps(orjson.loads(answer.body))
        except Exception as error:  # noqa: BLE001  # whatever breaks is what is looked for
            return f"{type(error).__name__}: {error}"

    async def fails(self, operation: Operation) -> bool:
        """Whether the gateway differs, or breaks, on the operation."""
        return await self.difference(operation) is not None
