"""Merging directives that clients may use in operations: those that every subgraph defines."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.composition.merge.context import Context, merge_description
from gateway.composition.merge.graphs import Graph
from gateway.composition.merge.inputs import ARGUMENT, merge_input
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.model import DirectiveDefinition, InputValue
from gateway.composition.subgraph.specs import built_in_directives

EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
_Given = Sequence[tuple[Graph, DirectiveDefinition]]


def merge_executable(
    context: Context, taken: Mapping[str, DirectiveDefinition]
) -> Mapping[str, DirectiveDefinition]:
    """The executable directives of the supergraph, those already `taken` by composing excepted."""
    found: dict[str, list[tuple[Graph, DirectiveDefinition]]] = defaultdict(list)
    for graph in context.graphs.all:
        for name, definition in graph.subgraph.directive_definitions.items():
            own = name not in graph.subgraph.core_names and name not in built_in_directives()
            if own and name not in taken and EXECUTABLE & set(definition.locations):
                found[name].append((graph, definition))
    merged: dict[str, DirectiveDefinition] = {}
    for name in sorted(found):
        definition_or_none = _merge(context, name, found[name])
        if definition_or_none:
            merged[name] = definition_or_none
    return merged


def _merge(context: Context, name: str, given: _Given) -> DirectiveDefinition | None:
    names = [graph.name for graph, _ in given]
    without = [graph.name for graph in context.graphs.all if graph.name not in names]
    places = [definition.location for _, definition in given]
    if without:
        context.report.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
            f'Executable directive "@{name}" is missing in {in_subgraphs(without)}: the supergraph'
            " does not have it. Define it everywhere.",
            *places,
        )
        return None
    first = given[0][1]
    common = _common_locations(given)
    if any(EXECUTABLE & set(d.locations) != set(common) for _, d in given):
        context.report.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
            f'Executable directive "@{name}" has different locations in the subgraphs: the'
            f" supergraph has {', '.join(common) or 'none'}.",
            *places,
        )
    if not common:
        return None
    repeatable = all(definition.repeatable for _, definition in given)
    if not repeatable and any(definition.repeatable for _, definition in given):
        context.report.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
            f'Executable directive "@{name}" is repeatable in some subgraphs only: it is not in'
            " the supergraph.",
            *places,
        )
    return replace(
        first,
        arguments=_merge_arguments(context, name, given),
        repeatable=repeatable,
        locations=common,
        description=merge_description(
            context, f"@{name}", [(graph, d.description) for graph, d in given]
        ),
    )


def _common_locations(given: _Given) -> tuple[str, ...]:
    return tuple(
        location
        for location in given[0][1].locations
        if location in EXECUTABLE and all(location in d.locations for _, d in given)
    )


def _merge_arguments(context: Context, name: str, given: _Given) -> Mapping[str, InputValue]:
    merged: dict[str, InputValue] = {}
    for argument in dict.fromkeys(a for _, definition in given for a in definition.arguments):
        sources = [(g, d.arguments[argument]) for g, d in given if argument in d.arguments]
        at = f"@{name}({argument}:)"
        without = [graph.name for graph, d in given if argument not in d.arguments]
        if not without:
            merged[argument], _ = merge_input(context, at, sources, ARGUMENT)
        elif any(value.required for _, value in sources):
            context.report.error(
                "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
                f'Argument "{at}" is required in some subgraphs but missing in'
                f" {in_subgraphs(without)}: add it there, or make it optional.",
                *(value.location for _, value in sources),
            )
        else:
            context.report.hint(
                "INCONSISTENT_ARGUMENT_PRESENCE",
                f'Optional argument "{at}" is missing in {in_subgraphs(without)}: the supergraph'
                " does not have it.",
                *(value.location for _, value in sources),
            )
    return merged
