"""A supergraph as one immutable value."""

import pytest

from gateway.federation.supergraph import SupergraphError
from gateway.snapshot import build_snapshot
from tests.gateway.pipeline_case import SUPERGRAPH


def test_the_same_supergraph_has_the_same_id() -> None:
    first = build_snapshot(SUPERGRAPH)
    assert first.id == build_snapshot(SUPERGRAPH).id
    assert first.id != build_snapshot(SUPERGRAPH + "\n").id
    assert [each.name for each in first.supergraph.subgraphs.values()] == ["a", "b"]
    assert "join__" not in " ".join(first.api_schema.type_map)


def test_something_else_than_a_supergraph_is_refused() -> None:
    with pytest.raises(SupergraphError):
        build_snapshot("type Query { x: Int }")
