"""Merging an enum's values: by intersection, union or identity, as the enum is used."""

from collections.abc import Mapping

from gateway.composition.merge.applied import merge_applied
from gateway.composition.merge.context import Context, EnumUse, merge_description
from gateway.composition.merge.graphs import Graph, Owner
from gateway.composition.merge.join_field import join_directive
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.model import EnumValue, applied


def merge_enum_values(context: Context, owner: Owner) -> Mapping[str, EnumValue]:
    """The supergraph's values; all other types must have been merged before."""
    use = context.enum_uses.get(owner.name, EnumUse())
    if not use.input and not use.output:
        context.report.hint(
            "UNUSED_ENUM_TYPE",
            f'Enum "{owner.name}" is used by no field or argument: remove it if it is not needed.',
            *(definition.location for _, definition in owner.sources),
        )
    names = dict.fromkeys(name for _, definition in owner.sources for name in definition.values)
    merged: dict[str, EnumValue] = {}
    for name in names:
        value = _merge_value(context, owner, name)
        if applied(value.directives, "inaccessible") or _keep(context, owner, use, name):
            merged[name] = value
    if not merged:
        context.report.error(
            "EMPTY_MERGED_ENUM_TYPE",
            f'None of the values of enum "{owner.name}" is defined in every subgraph that has'
            f" it ({in_subgraphs([graph.name for graph, _ in owner.sources])}): being an input,"
            " it keeps only common values. Add one everywhere.",
            *(definition.location for _, definition in owner.sources),
        )
    return merged


def _merge_value(context: Context, owner: Owner, name: str) -> EnumValue:
    given: list[tuple[Graph, EnumValue]] = [
        (graph, definition.values[name])
        for graph, definition in owner.sources
        if name in definition.values
    ]
    coordinate = f"{owner.name}.{name}"
    return EnumValue(
        name=name,
        description=merge_description(context, coordinate, [(g, v.description) for g, v in given]),
        directives=(
            *(join_directive("enumValue", v.location, graph=graph.enum) for graph, v in given),
            *merge_applied(context, coordinate, [(g, v.directives) for g, v in given]),
        ),
        location=given[0][1].location,
    )


def _keep(context: Context, owner: Owner, use: EnumUse, name: str) -> bool:
    without = [graph.name for graph, d in owner.sources if name not in d.values]
    if not without:
        return True
    has = [(graph.name, d.values[name]) for graph, d in owner.sources if name in d.values]
    said = (
        f'Value "{owner.name}.{name}" is defined in {in_subgraphs([n for n, _ in has])} but not in'
        f" {in_subgraphs(without)}"
    )
    places = [value.location for _, value in has]
    if use.input and use.output:
        context.report.error(
            "ENUM_VALUE_MISMATCH",
            f'{said}: the enum is both an input (as in "{use.input}") and an output (as in'
            f' "{use.output}"), so every subgraph must have the same values. Add it there or mark'
            " it @inaccessible.",
            *places,
        )
        return True
    if use.input:
        context.report.hint(
            "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
            f"{said}: the enum is an input, so the supergraph does not have the value.",
            *places,
        )
        return False
    context.report.hint(
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        f"{said}: the enum is an output, so the supergraph has the value.",
        *places,
    )
    return True
