"""A supergraph SDL in, everything that is made of it once out; replaced whole on a reload."""

from dataclasses import dataclass, field
from hashlib import sha256

from graphql import GraphQLSchema

from gateway.federation.api_schema import build_api_schema
from gateway.federation.model import Supergraph
from gateway.federation.supergraph import parse_supergraph
from gateway.graph import QueryGraph, build_graph

MAX_LABEL_SETS = 16
"""Query graphs kept for different sets of progressive-override labels."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of the graph; immutable but for the query graphs that are built when needed.

    `id` is the same for the same SDL. `graph` is the query graph without override labels.
    """

    id: str
    supergraph_sdl: str
    supergraph: Supergraph
    api_schema: GraphQLSchema
    graph: QueryGraph
    _graphs: dict[frozenset[str], QueryGraph] = field(default_factory=dict, repr=False)

    def graph_for(self, labels: frozenset[str]) -> QueryGraph:
        """The query graph with these override labels taken as on."""
        if not labels:
            return self.graph
        graph = self._graphs.get(labels)
        if graph is None:
            if len(self._graphs) >= MAX_LABEL_SETS:
                self._graphs.pop(next(iter(self._graphs)))
            graph = self._graphs[labels] = build_graph(self.supergraph, labels)
        return graph


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
