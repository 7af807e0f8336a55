"""MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED: the proof of satisfiability is bounded."""

from gateway.composition.satisfiability import check_satisfiability
from gateway.federation.supergraph import parse_supergraph
from tests.gateway.composition.kit import supergraph


def test_a_proof_that_takes_too_many_states_is_given_up() -> None:
    chain = " ".join(f"type T{i} {{ next: T{i + 1} }}" for i in range(9))
    sdl = supergraph(a=f"type Query {{ t: T0 }} {chain} type T9 {{ x: Int }}")
    proof = check_satisfiability(parse_supergraph(sdl), lambda *_: (), states_at_most=5)
    assert [error.code for error in proof.errors] == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]
    assert check_satisfiability(parse_supergraph(sdl), lambda *_: ()).errors == []
