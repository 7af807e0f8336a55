"""Whatever subgraphs answer, clients get data of their schema and a reason for what is lost."""

import asyncio
import copy
import random
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
)

from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.pipeline import Pipeline
from gateway.snapshot import build_snapshot
from gateway.transport.base import RequestTimedOut, SubgraphResponse, Transport, TransportError
from gateway.transport.headers import OutgoingHeaders
from tests.gateway.pipeline_case import SUPERGRAPH

STRICT = SUPERGRAPH.replace("us: [U]", "us: [U!]").replace(
    "n: String @join__field(graph: B)",
    "n: String! @join__field(graph: B)\n  s: Int @join__field(graph: B)",
)
QUERY = "{ us { id name n s } count user(id: 1) { n kind: __typename } }"
US = [{"id": str(at), "name": f"name {at}"} for at in range(3)]

LIES: Sequence[Any] = (
    None, True, 0, -1, 1.5, "", "U", "1", [], {}, [None], [{}], [[]], {"id": None},
    {"__typename": "V"}, {"n": 3, "s": "x"}, [{"id": "1", "name": []}], {"_entities": None},
)  # fmt: skip


ENTITIES = re.compile(r"(?:(\w+):)?_entities\(representations:\$(\w+)\)")


def truth(request: Mapping[str, Any]) -> dict[str, Any]:
    """What honest subgraphs a and b say."""
    data: dict[str, Any] = {}
    for alias, variable in ENTITIES.findall(request["query"]):
        sent = request["variables"][variable]
        data[alias or "_entities"] = [{"n": f"n{each['id']}", "s": 1} for each in sent]
    for key, value in (("us", US), ("user", US[1]), ("count", 3)):
        if re.search(rf"\b{key}\b", request["query"]):
            data[key] = copy.deepcopy(value)
    return {"data": data}


class Liar:
    """Answers the truth but for one lie, told to the request of that number."""

    def __init__(self, chance: random.Random | None, at: int = 0) -> None:
        self._chance = chance
        self._at = at
        self._asked = 0

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """Answer at once."""
        future: asyncio.Future[SubgraphResponse] = asyncio.get_running_loop().create_future()
        answer: Any = truth(msgspec.json.decode(body))
        self._asked += 1
        if self._chance is not None and self._asked == self._at:
            if self._chance.random() < 0.1:
                future.set_exception(RequestTimedOut("late"))
                return future
            answer = lie(answer, self._chance)
        future.set_result(SubgraphResponse(200, (), msgspec.json.encode(answer)))
        return future

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """Nothing to subscribe to."""
        raise TransportError("no subscriptions")
        yield {}

    async def aclose(self) -> None:
        """Nothing to close."""


SNAPSHOT = build_snapshot(STRICT)


def lie(answer: dict[str, Any], chance: random.Random) -> Any:
    """The answer with something in it replaced or left out, and perhaps an error about it."""
    holder: Any = answer
    path: list[str | int] = []
    while True:
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        path.append(key)
        inner = holder[key]
        if not inner or not isinstance(inner, dict | list) or chance.random() < 0.3:
            break
        holder = inner
    if chance.random() < 0.3:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(chance.choice(LIES))
    if chance.random() < 0.4:
        answer["errors"] = [{"message": "lie", "path": path[1:]}]
    return answer


TRANSPORTS: dict[str, Transport] = {}
PIPELINE = Pipeline(SNAPSHOT, TRANSPORTS)


async def ask(liar: Liar) -> dict[str, Any]:
    TRANSPORTS.update(a=liar, b=liar)
    async with asyncio.timeout(10):
        answer = await PIPELINE.execute(GraphQLRequest(QUERY), RequestContext())
    parsed: dict[str, Any] = msgspec.json.decode(answer.body)
    return parsed


def fits(type_: GraphQLOutputType, value: Any) -> bool:
    """Whether a JSON value is one of the type, nulls where they may be."""
    if isinstance(type_, GraphQLNonNull):
        return value is not None and fits(type_.of_type, value)
    if value is None:
        return True
    if isinstance(type_, GraphQLList):
        return isinstance(value, list) and all(fits(type_.of_type, item) for item in value)
    if isinstance(type_, GraphQLObjectType):
        return isinstance(value, dict) and all(
            key == "kind" or fits(type_.fields[key].type, item) for key, item in value.items()
        )
    if isinstance(type_, GraphQLScalarType):
        kinds = {"ID": (str, int), "String": (str,), "Int": (int,)}[type_.name]
        return isinstance(value, kinds) and not isinstance(value, bool)
    assert isinstance(type_, GraphQLEnumType)
    return value in type_.values


def lost(expected: Any, got: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """Where the answer has a null in place of something."""
    if got is None:
        return [] if expected is None else [path]
    if isinstance(expected, dict) and isinstance(got, dict):
        return [each for key in got for each in lost(expected.get(key), got[key], (*path, key))]
    if isinstance(expected, list) and isinstance(got, list):
        pairs = zip(expected, got, strict=False)
        return [each for at, pair in enumerate(pairs) for each in lost(*pair, (*path, at))]
    return []


EXPECTED = asyncio.run(ask(Liar(None)))


def test_the_truth_is_answered_without_an_error() -> None:
    us = [{**user, "n": f"n{user['id']}", "s": 1} for user in US]
    data = {"us": us, "count": 3, "user": {"n": "n1", "kind": "U"}}
    assert {"data": data} == EXPECTED


@pytest.mark.parametrize("seed", range(20))
def test_one_lie_costs_no_more_than_the_schema_allows(seed: int) -> None:
    async def lies() -> None:
        for number in range(100):
            chance = random.Random(seed * 100 + number)
            check(await ask(Liar(chance, chance.randint(1, 4))))

    asyncio.run(lies())


def check(got: dict[str, Any]) -> None:
    query = SNAPSHOT.api_schema.query_type
    assert query is not None
    assert got["data"] is None or fits(query, got["data"])
    assert got["data"] is None or list(got["data"]) == ["us", "count", "user"]
    for error in got.get("errors", ()):
        assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR"
        assert "_entities" not in str(error.get("path"))
    said = [tuple(error.get("path") or ()) for error in got.get("errors", ())]
    for path in lost(EXPECTED["data"], got["data"], ()):
        reason = any(path[: len(each)] == each or each[: len(path)] == path for each in said)
        assert reason or not said or () in said or could_be_null(path), (path, got)


def could_be_null(path: tuple[str | int, ...]) -> bool:
    """Nullable fields may truly be null: a subgraph that says so without an error is believed."""
    return path[-1] in ("name", "s", "count", "us", "user")
