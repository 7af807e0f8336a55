"""INVALID_GRAPHQL: what is valid in each subgraph may not be when merged."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.valid_directives import sites
from gateway.composition.subgraph.valid_inputs import check_input_types
from gateway.composition.subgraph.valid_interfaces import check_interfaces
from gateway.composition.subgraph.valid_types import check_types, default_fits
from gateway.composition.supergraph_rules.view import SupergraphView


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Dangling values, broken promises to interfaces, directives where they are not allowed."""
    schema = view.as_subgraph()
    yield from check_types(schema)
    yield from check_input_types(schema)
    yield from check_interfaces(schema)
    for definition in view.merged.directive_definitions.values():
        for argument in definition.arguments.values():
            if not default_fits(schema, argument):
                yield view.error(
                    "INVALID_GRAPHQL",
                    f'The default of "@{definition.name}({argument.name}:)" is not a value of'
                    f' "{argument.type}" in the supergraph: use one that all subgraphs know.',
                    argument.location,
                )
    for coordinate, place, directives in sites(schema):
        for directive in directives:
            composed = view.merged.directive_definitions.get(directive.name)
            if composed and place not in composed.locations:
                yield view.error(
                    "INVALID_GRAPHQL",
                    f'Composed directive "@{directive.name}" on "{coordinate}" is not allowed'
                    f" there ({place}) by the definition that the supergraph takes, which is only"
                    f" for {', '.join(composed.locations)}: give the newest definition all"
                    " locations.",
                    directive.location,
                    composed.location,
                )
