"""Merging an input type's fields: those that every subgraph with the type has."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.composition.merge.context import Context
from gateway.composition.merge.graphs import Graph, Owner
from gateway.composition.merge.inputs import INPUT_FIELD, merge_input
from gateway.composition.merge.join_field import join_directive
from gateway.composition.merge.types_of import MergedType
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.model import Directive, InputValue, applied


def merge_input_fields(context: Context, owner: Owner) -> Mapping[str, InputValue]:
    """The supergraph's input fields, with their join directives."""
    names = dict.fromkeys(name for _, definition in owner.sources for name in definition.inputs)
    merged: dict[str, InputValue] = {}
    for name in names:
        given = [
            (graph, definition.inputs[name])
            for graph, definition in owner.sources
            if name in definition.inputs
        ]
        value, merged_type = merge_input(context, f"{owner.name}.{name}", given, INPUT_FIELD)
        hidden = applied(value.directives, "inaccessible")
        if hidden or _everywhere(context, owner, given):
            joins = _joins(owner, given, merged_type)
            merged[name] = replace(value, directives=(*joins, *value.directives))
    if not merged:
        context.report.error(
            "EMPTY_MERGED_INPUT_TYPE",
            f'None of the fields of input type "{owner.name}" is defined in every subgraph that'
            f" has it ({in_subgraphs([graph.name for graph, _ in owner.sources])}): an input"
            " type keeps only common fields. Add one everywhere.",
            *(definition.location for _, definition in owner.sources),
        )
    return merged


def _everywhere(context: Context, owner: Owner, given: list[tuple[Graph, InputValue]]) -> bool:
    name = given[0][1].name
    without = [graph.name for graph, d in owner.sources if name not in d.inputs]
    if not without:
        return True
    required = [graph.name for graph, value in given if value.required]
    places = [value.location for _, value in given]
    if required:
        context.report.error(
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            f'Input field "{owner.name}.{name}" is required in {in_subgraphs(required)} but'
            f" missing in {in_subgraphs(without)}: add it there, or make it optional.",
            *places,
        )
    else:
        context.report.hint(
            "INCONSISTENT_INPUT_OBJECT_FIELD",
            f'Input field "{owner.name}.{name}" is missing in {in_subgraphs(without)}: the'
            " supergraph does not have it. Add it there.",
            *places,
        )
    return False


def _joins(
    owner: Owner, given: list[tuple[Graph, InputValue]], merged: MergedType
) -> list[Directive]:
    if merged.all_equal and len(given) == len(owner.sources):
        return []
    return [
        join_directive(
            "field",
            value.location,
            graph=graph.enum,
            type=None if merged.all_equal else value.type,
        )
        for graph, value in given
    ]
