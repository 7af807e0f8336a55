"""What a subgraph may refer to: its own types and directives, the specs' and GraphQL's."""

from collections.abc import Mapping
from functools import lru_cache

from gateway.composition.subgraph.links import definitions_version
from gateway.composition.subgraph.model import (
    BUILT_IN_SCALARS,
    DirectiveDefinition,
    Kind,
    Subgraph,
)
from gateway.composition.subgraph.specs import (
    LINK_TYPES,
    built_in_directives,
    federation_directives,
    link_directive,
)


def kind_of(subgraph: Subgraph, name: str) -> Kind | None:
    """The kind of a named type, None when there is no such type."""
    found = subgraph.types.get(name)
    if found:
        return found.kind
    if name in BUILT_IN_SCALARS:
        return Kind.SCALAR
    # Federation 2 adds the types of linked specs by itself; federation 1 never did.
    if subgraph.version[0] == 2 and name in subgraph.core_types:
        return LINK_TYPES.get(subgraph.core_types[name], Kind.SCALAR)
    return None


def spec_directive(subgraph: Subgraph, core: str) -> DirectiveDefinition | None:
    """The definition that a linked spec gives a directive, its types named as in the spec."""
    if core == "link":
        return link_directive()
    return federation_directives(definitions_version(subgraph.version)).get(core)


def directive_definitions(subgraph: Subgraph) -> Mapping[str, DirectiveDefinition]:
    """All directives in force by local name; the subgraph's own definitions come first."""
    found = dict(built_in_directives())
    for local, core in subgraph.core_names.items():
        definition = _any_version(subgraph, core)
        if definition:
            found[local] = definition
    return {**found, **subgraph.directive_definitions}


def _any_version(subgraph: Subgraph, core: str) -> DirectiveDefinition | None:
    """A directive may be linked by its own spec, whatever the federation version has."""
    return spec_directive(subgraph, core) or _latest().get(core)


@lru_cache(maxsize=1)
def _latest() -> Mapping[str, DirectiveDefinition]:
    return federation_directives(definitions_version((2, 99)))
