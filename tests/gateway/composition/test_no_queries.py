"""NO_QUERIES: no subgraph has a query."""

from tests.gateway.composition.kit import fed2_codes


def test_some_subgraph_needs_a_query_field() -> None:
    assert fed2_codes(a="type T { x: Int }") == ["NO_QUERIES"]
