"""OVERRIDE_SOURCE_HAS_OVERRIDE: two subgraphs that override each other."""

from tests.gateway.composition.kit import fed2_codes


def test_only_one_subgraph_overrides() -> None:
    assert "OVERRIDE_SOURCE_HAS_OVERRIDE" in fed2_codes(
        a='type Query { x: Int @override(from: "b") }',
        b='type Query { x: Int @override(from: "a") }',
    )
