"""Random schemas and operations: the gateway answers as one service with the same data would."""

import asyncio

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gateway.composition import SubgraphInput, compose
from gateway.fuzz.operations import random_operation
from gateway.fuzz.run import Comparison
from tests.gateway.fuzz.schemas import random_subgraphs


class HypothesisDice:
    """Choices that hypothesis makes, remembers and shrinks."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return self._data.draw(st.integers(0, limit - 1))


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
@given(st.data())
def test_the_gateway_answers_as_one_service_would(data: st.DataObject) -> None:
    dice = HypothesisDice(data)
    subgraphs = random_subgraphs(dice)
    composed = compose([SubgraphInput(name, f"http://{name}", sdl) for name, sdl in subgraphs])
    assume(composed.supergraph_sdl is not None)
    assert composed.supergraph_sdl is not None
    comparison = Comparison(composed.supergraph_sdl, seed=1)
    operation = random_operation(comparison.api_schema, dice)
    difference = asyncio.run(comparison.difference(operation))
    assert difference is None, "\n\n".join([str(difference), *(sdl for _, sdl in subgraphs)])
