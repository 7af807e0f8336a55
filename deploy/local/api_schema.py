"""The graph as clients see it: the four subgraphs' SDL in, the front end's snapshot out."""

from pathlib import Path

from graphql import print_schema

from deploy.local.errors import LocalError
from deploy.local.layout import Layout
from deploy.local.processes import SERVICES
from gateway.composition import SubgraphInput, compose
from gateway.federation.api_schema import build_api_schema
from gateway.federation.supergraph import parse_supergraph


def api_schema(layout: Layout) -> str:
    """The composed API schema, printed; raises LocalError with the first composition error."""
    subgraphs = [
        SubgraphInput(name, "", _sdl(layout.checkout / "subgraphs" / name)) for name in SERVICES
    ]
    composed = compose(subgraphs)
    if composed.supergraph_sdl is None:
        raise LocalError(f"the subgraphs do not compose: {composed.errors[0].message}")
    return print_schema(build_api_schema(parse_supergraph(composed.supergraph_sdl))) + "\n"


def write_snapshot(layout: Layout) -> Path:
    """Renew `frontend/schema.graphql`; its path."""
    path = layout.frontend / "schema.graphql"
    path.write_text(api_schema(layout), encoding="utf-8")
    return path


def _sdl(folder: Path) -> str:
    return (folder / "schema.graphql").read_text(encoding="utf-8")
