"""Plays every case of every feature, twice on one pipeline.

The first use of an operation runs the general code, the second the code generated for it: both
must answer what the case says and ask subgraphs for the same.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.composition import SubgraphInput, compose
from gateway.errors import RequestRefused
from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.pipeline import Pipeline, PipelineOptions
from gateway.snapshot import build_snapshot
from gateway.transport import connect
from gateway.transport.settings import SubgraphSettings
from tests.gateway.conformance.feature import Case, Feature, JSONObject, features
from tests.gateway.conformance.serving import serving
from tests.testkit.data_subgraph import DataSubgraph

PLAYED = [(feature, case) for feature in features() for case in feature.cases]
TIMEOUT_SECONDS = 0.2
"""For cases with a late subgraph."""


@dataclass(frozen=True, slots=True)
class Play:
    """A pipeline over served subgraphs and what these are asked."""

    pipeline: Pipeline
    subgraphs: Mapping[str, DataSubgraph]
    order: list[str]


@pytest.mark.parametrize(
    ("feature", "case"), PLAYED, ids=[f"{feature.name}: {case.name}" for feature, case in PLAYED]
)
async def test_case(feature: Feature, case: Case) -> None:
    async with playing(feature, case) as play:
        for _use in ("first", "second"):
            body = await answered(play.pipeline, case)
            check_body(body, case)
            check_sent(play, case)
            play.order.clear()
            for subgraph in play.subgraphs.values():
                subgraph.requests.clear()


@asynccontextmanager
async def playing(feature: Feature, case: Case) -> AsyncIterator[Play]:
    """The feature composed and its subgraphs served with the case's faults."""
    subgraphs = {
        name: DataSubgraph(sdl, feature.tables[name]) for name, sdl in feature.sdls.items()
    }
    order: list[str] = []
    late = any(fault.delay_seconds for fault in case.faults.values())
    timeout_seconds = TIMEOUT_SECONDS if late else 30.0
    async with serving(subgraphs, case, order) as urls:
        composed = compose(
            [SubgraphInput(name, urls[name], sdl) for name, sdl in feature.sdls.items()]
        )
        assert composed.supergraph_sdl is not None, composed.errors
        transports = {
            name: connect(SubgraphSettings(url=url, timeout_seconds=timeout_seconds))
            for name, url in urls.items()
        }
        options = PipelineOptions(labels=case.labels, draw=lambda: 1.0)
        snapshot = build_snapshot(composed.supergraph_sdl)
        yield Play(Pipeline(snapshot, transports, options), subgraphs, order)
        for transport in transports.values():
            await transport.aclose()


async def answered(pipeline: Pipeline, case: Case) -> JSONObject:
    request = GraphQLRequest(case.operation, variables=case.variables)
    if case.refused is not None:
        with pytest.raises(RequestRefused) as refused:
            await pipeline.execute(request, RequestContext())
        return {"errors": list(refused.value.errors)}
    answer = await pipeline.execute(request, RequestContext())
    body: JSONObject = json.loads(answer.body)
    assert set(body) <= {"data", "errors"}, body
    return body


def check_body(body: JSONObject, case: Case) -> None:
    errors = body.get("errors", [])
    text = json.dumps(body)
    assert not [word for word in case.secrets if word in text], body
    if case.refused is not None:
        assert {error["extensions"]["code"] for error in errors} == {case.refused}
        assert not case.errors or errors[0]["message"].find(case.errors[0]["message"]) >= 0, errors
        return
    if not case.any_data:
        assert json.dumps(body.get("data")) == json.dumps(case.data), body
    check_errors(errors, case.errors)


def check_errors(errors: list[dict[str, Any]], expected: list[JSONObject]) -> None:
    assert len(errors) == len(expected), errors
    for got, wanted in zip(errors, expected, strict=True):
        extensions = got.get("extensions", {})
        assert got.get("path") == wanted.get("path"), errors
        assert wanted.get("message", "") in got["message"], errors
        for name in ("code", "service"):
            if name in wanted:
                assert extensions.get(name) == wanted[name], errors


def check_sent(play: Play, case: Case) -> None:
    sent = {name: each.requests for name, each in play.subgraphs.items() if each.requests}
    wanted = case.sent
    if wanted.requests is not None:
        assert {name: len(requests) for name, requests in sent.items()} == wanted.requests, sent
    if wanted.order is not None:
        assert play.order == wanted.order
    for name, representations in wanted.representations.items():
        assert list(sent_representations(sent.get(name, []))) == representations, sent
    for name, values in wanted.values.items():
        assert [other_values(request) for request in sent.get(name, [])] == values, sent
    for name, parts in wanted.texts.items():
        texts = [request["query"] for request in sent.get(name, [])]
        assert not [part for part in parts if not any(part in text for text in texts)], texts
    for name, parts in wanted.not_texts.items():
        texts = [request["query"] for request in sent.get(name, [])]
        assert not [part for part in parts if any(part in text for text in texts)], texts


def sent_representations(requests: Iterable[JSONObject]) -> Iterable[JSONObject]:
    for request in requests:
        for value in (request.get("variables") or {}).values():
            if is_representations(value):
                yield from value


def other_values(request: JSONObject) -> JSONObject:
    variables: JSONObject = request.get("variables") or {}
    return {name: value for name, value in variables.items() if not is_representations(value)}


def is_representations(value: object) -> bool:
    """Whether a variable's value is what the gateway sends to `_entities`."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and "__typename" in item for item in value
    )
