"""A supergraph SDL in, everything that is made of it once out; replaced whole on a reload."""

from dataclasses import dataclass
from hashlib import sha256

from graphql import GraphQLSchema

from gateway.federation.api_schema import build_api_schema
from gateway.federation.model import Supergraph
from gateway.federation.supergraph import parse_supergraph
from gateway.graph import QueryGraph, build_graph


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of the graph. `id` is the same for the same SDL.

    `graph` is the query graph with every progressive override off.
    """

    id: str
    supergraph_sdl: str
    supergraph: Supergraph
    api_schema: GraphQLSchema
    graph: QueryGraph


def build_snapshot(supergraph_sdl: str) -> Snapshot:
    """Parse a supergraph and build its API schema and query graph. Raises SupergraphError."""
    supergraph = parse_supergraph(supergraph_sdl)
    return Snapshot(
        id=sha256(supergraph_sdl.encode()).hexdigest(),
        supergraph_sdl=supergraph_sdl,
        supergraph=supergraph,
        api_schema=build_api_schema(supergraph),
        graph=build_graph(supergraph),
    )
