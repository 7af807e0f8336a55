"""INVALID_GRAPHQL: what is valid in each subgraph may not be when merged."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.valid_directives import sites
from gateway.composition.subgraph.valid_interfaces import check_interfaces
from gateway.composition.supergraph_rules.view import SupergraphView


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Broken promises to interfaces, and composed directives in places that they are not for."""
    schema = view.as_subgraph()
    yield from check_interfaces(schema)
    for coordinate, place, directives in sites(schema):
        for directive in directives:
            definition = view.merged.directive_definitions.get(directive.name)
            if definition and place not in definition.locations:
                yield view.error(
                    "INVALID_GRAPHQL",
                    f'Composed directive "@{directive.name}" on "{coordinate}" is not allowed'
                    f" there ({place}) by the definition that the supergraph takes, which is only"
                    f" for {', '.join(definition.locations)}: give the newest definition all"
                    " locations.",
                    directive.location,
                    definition.location,
                )
