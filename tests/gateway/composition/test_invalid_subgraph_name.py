"""INVALID_SUBGRAPH_NAME: names that cannot tell subgraphs apart."""

from gateway.composition import SubgraphInput, compose
from tests.gateway.composition.kit import codes

QUERY = "type Query { a: Int }"


def test_the_reserved_name_is_refused() -> None:
    assert codes(_=QUERY) == ["INVALID_SUBGRAPH_NAME"]


def test_two_subgraphs_cannot_share_a_name() -> None:
    twice = [SubgraphInput("a", "", QUERY), SubgraphInput("a", "", QUERY)]
    assert [error.code for error in compose(twice).errors] == ["INVALID_SUBGRAPH_NAME"]
