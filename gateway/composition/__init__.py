"""Composition: subgraph SDLs in, a supergraph SDL with errors and hints out.

outcome          what goes in and comes out
subgraph/        read an SDL into a frozen model, check it as GraphQL, upgrade federation 1
subgraph_rules/  rules over one subgraph, one file per rule
merge/           the subgraphs side by side, merged element by element
supergraph_rules/  rules over all subgraphs or over the merged schema, one file per rule
print_schema     the merged schema as SDL
satisfiability   every field of the supergraph can be reached, proven on the query graph
compose          these in order
"""

from gateway.composition.compose import compose
from gateway.composition.outcome import (
    Composition,
    CompositionError,
    CompositionHint,
    Location,
    SubgraphInput,
)

__all__ = [
    "Composition",
    "CompositionError",
    "CompositionHint",
    "Location",
    "SubgraphInput",
    "compose",
]
