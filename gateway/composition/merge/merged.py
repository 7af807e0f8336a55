"""The supergraph as data, before it is printed: the model's elements, join directives in."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.composition.merge.graphs import Graph
from gateway.composition.subgraph.model import Directive, DirectiveDefinition, TypeDefinition


@dataclass(frozen=True, slots=True)
class FeatureLink:
    """One @link of the supergraph's schema."""

    url: str
    purpose: str | None = None
    imports: tuple[tuple[str, str], ...] = ()  # name and alias, both with "@" if any


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged schema; types by name."""

    graphs: tuple[Graph, ...]
    types: Mapping[str, TypeDefinition]
    directive_definitions: Mapping[str, DirectiveDefinition]
    links: tuple[FeatureLink, ...]
    schema_directives: tuple[Directive, ...]
    roots: Mapping[str, str]
    description: str | None = None
