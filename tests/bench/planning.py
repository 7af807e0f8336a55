"""How long planning takes: parse, validate, plan."""

from collections.abc import Iterator, Sequence

from gateway.composition import SubgraphInput, compose
from gateway.execution.exchange import GraphQLRequest
from gateway.operation.document import parse_document, validate_document
from gateway.planner import PlanInput, plan_operation
from gateway.snapshot import Snapshot, build_snapshot
from tests.bench import graphs
from tests.bench.measure import Figure, measure


def snapshot_of(subgraphs: Sequence[SubgraphInput]) -> Snapshot:
    """A snapshot of the composed graph."""
    composed = compose(subgraphs)
    if composed.supergraph_sdl is None:
        raise ValueError(f"the benchmark's graph does not compose: {composed.errors}")
    return build_snapshot(composed.supergraph_sdl)


def planning(
    name: str, subgraphs: Sequence[SubgraphInput], operation: str, target_ms: float
) -> Figure:
    """Planning of one operation that was never seen before."""
    snapshot = snapshot_of(subgraphs)
    request = GraphQLRequest(operation)
    document = parse_document(request.query)
    validate_document(snapshot.api_schema, document)

    def plan() -> None:
        plan_operation(PlanInput(snapshot.graph, snapshot.api_schema, document, None))

    return measure(f"plan: {name}", plan, target_ms=target_ms)


def figures() -> Iterator[Figure]:
    """Every planning figure."""
    yield planning("nested, four subgraphs", graphs.shop(), graphs.SHOP_OPERATION, 10)
    yield planning("interface with 200 implementations", *graphs.implementations(200), 50)
    for subgraphs in (2, 4, 8):
        inputs, operation = graphs.shareable(8, subgraphs)
        yield planning(f"8 shareable fields in {subgraphs} subgraphs", inputs, operation, 50)
