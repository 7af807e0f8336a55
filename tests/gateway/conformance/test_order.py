"""Neither the order in which subgraphs are given nor a second run changes what is planned."""

from itertools import permutations

import pytest
from graphql import parse

from gateway.composition import SubgraphInput, compose
from gateway.planner import PlanInput, plan_operation
from gateway.planner.printer import plan_json
from gateway.snapshot import build_snapshot
from tests.gateway.conformance.feature import Feature, features


def plans(feature: Feature, names: tuple[str, ...]) -> list[object]:
    composed = compose(
        [SubgraphInput(name, f"http://{name}", feature.sdls[name]) for name in names]
    )
    assert composed.supergraph_sdl is not None, composed.errors
    snapshot = build_snapshot(composed.supergraph_sdl)
    inputs = [
        PlanInput(snapshot.graph, snapshot.api_schema, parse(case.operation), None, case.labels)
        for case in feature.cases
        if case.refused is None
    ]
    return [composed.supergraph_sdl, *(plan_json(plan_operation(given)) for given in inputs)]


@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.name)
def test_g64_plans_are_the_same_whatever_the_order_of_subgraphs(feature: Feature) -> None:
    first, *others = permutations(sorted(feature.sdls))
    expected = plans(feature, first)
    assert plans(feature, first) == expected
    for names in others:
        assert plans(feature, names) == expected
