"""Plays every case of every feature."""

import json
from typing import Any

import pytest

from gateway.composition import SubgraphInput, compose
from gateway.execution.exchange import GraphQLRequest, RequestContext
from gateway.pipeline import Pipeline
from gateway.snapshot import build_snapshot
from gateway.transport import connect
from gateway.transport.settings import SubgraphSettings
from tests.gateway.conformance.feature import Case, Feature, features
from tests.gateway.conformance.serving import serving
from tests.testkit.data_subgraph import DataSubgraph

PLAYED = [(feature, case) for feature in features() for case in feature.cases]


@pytest.mark.parametrize(
    ("feature", "case"), PLAYED, ids=[f"{feature.name}: {case.name}" for feature, case in PLAYED]
)
async def test_case(feature: Feature, case: Case) -> None:
    subgraphs = {
        name: DataSubgraph(sdl, feature.tables[name]) for name, sdl in feature.sdls.items()
    }
    async with serving(subgraphs) as urls:
        composed = compose(
            [SubgraphInput(name, urls[name], sdl) for name, sdl in feature.sdls.items()]
        )
        assert composed.supergraph_sdl is not None, composed.errors
        transports = {name: connect(SubgraphSettings(url=url)) for name, url in urls.items()}
        pipeline = Pipeline(build_snapshot(composed.supergraph_sdl), transports)
        request = GraphQLRequest(case.operation, variables=case.variables)
        answer = await pipeline.execute(request, RequestContext())
        for transport in transports.values():
            await transport.aclose()
    body = json.loads(answer.body)
    assert json.dumps(body.get("data")) == json.dumps(case.data), body
    check_errors(body.get("errors", []), case)
    check_requests(subgraphs, case)


def check_errors(errors: list[dict[str, Any]], case: Case) -> None:
    assert len(errors) == len(case.errors), errors
    for got, wanted in zip(errors, case.errors, strict=True):
        extensions = got.get("extensions", {})
        assert got.get("path") == wanted.get("path"), errors
        assert wanted.get("message", "") in got["message"], errors
        for name in ("code", "service"):
            if name in wanted:
                assert extensions.get(name) == wanted[name], errors


def check_requests(subgraphs: dict[str, DataSubgraph], case: Case) -> None:
    sent = {name: subgraph.requests for name, subgraph in subgraphs.items() if subgraph.requests}
    if case.requests is not None:
        assert {name: len(requests) for name, requests in sent.items()} == case.requests, sent
    for name, wanted in (case.representations or {}).items():
        got = [
            representation
            for request in sent.get(name, [])
            for value in (request.get("variables") or {}).values()
            if isinstance(value, list)
            for representation in value
            if isinstance(representation, dict) and "__typename" in representation
        ]
        assert got == wanted, sent
