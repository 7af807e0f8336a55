"""COST_APPLIED_TO_INTERFACE_FIELD: @cost on an interface."""

from tests.gateway.composition.kit import fed2_codes, supergraph


def test_costs_are_the_implementations() -> None:
    assert fed2_codes(a="type Query { i: I } interface I { x: Int @cost(weight: 1) }") == [
        "COST_APPLIED_TO_INTERFACE_FIELD"
    ]


def test_the_dearest_subgraph_counts() -> None:
    sdl = supergraph(
        a="type Query { a: Int @shareable @cost(weight: 2) }",
        b="type Query { a: Int @shareable @cost(weight: 3) }",
    )
    assert "a: Int @cost(weight: 3)" in sdl
