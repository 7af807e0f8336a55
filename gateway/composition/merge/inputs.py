"""Merging arguments and input fields: contravariant, so what only some subgraphs know goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.composition.merge.applied import merge_applied
from gateway.composition.merge.context import Context, merge_description
from gateway.composition.merge.graphs import Graph
from gateway.composition.merge.types_of import MergedType, by_value, merge_default, merge_type
from gateway.composition.subgraph.model import InputValue, Kind, Missing
from gateway.composition.type_ref import base
from gateway.composition.values import Value, to_text

InputSources = Sequence[tuple[Graph, InputValue]]


@dataclass(frozen=True, slots=True)
class Wording:
    """The codes and words for one kind of input element."""

    what: str
    type_mismatch: str
    default_mismatch: str
    type_hint: str


ARGUMENT = Wording(
    "argument",
    "FIELD_ARGUMENT_TYPE_MISMATCH",
    "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
)
INPUT_FIELD = Wording(
    "input field",
    "FIELD_TYPE_MISMATCH",
    "INPUT_FIELD_DEFAULT_MISMATCH",
    "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
)


def merge_input(
    context: Context, coordinate: str, sources: InputSources, wording: Wording
) -> tuple[InputValue, MergedType]:
    """The merged element and how its type came out; records mismatches."""
    merged_type = merge_type(context.graphs, [v.type for _, v in sources], is_input=True)
    if not merged_type.all_equal:
        _report_types(context, coordinate, sources, wording, merged_type)
    first = sources[0][1]
    type_ref = merged_type.type or first.type
    note_enum_use(context, type_ref, coordinate, is_input=True)
    merged = InputValue(
        name=first.name,
        type=type_ref,
        default=_merge_default(context, coordinate, sources, wording),
        description=merge_description(
            context, coordinate, [(g, v.description) for g, v in sources]
        ),
        directives=merge_applied(context, coordinate, [(g, v.directives) for g, v in sources]),
        location=first.location,
    )
    return merged, merged_type


def _report_types(
    context: Context, coordinate: str, sources: InputSources, wording: Wording, merged: MergedType
) -> None:
    places = [value.location for _, value in sources]
    types = by_value([(graph, value.type) for graph, value in sources])
    if merged.type is None:
        context.report.error(
            wording.type_mismatch,
            f'The type of {wording.what} "{coordinate}" is incompatible across subgraphs: it is'
            f" {types}. Give it one type, or types that differ in nullability only.",
            *places,
        )
    else:
        context.report.hint(
            wording.type_hint,
            f'The type of {wording.what} "{coordinate}" differs: it is {types}; the supergraph'
            f' uses "{merged.type}".',
            *places,
        )


def _merge_default(
    context: Context, coordinate: str, sources: InputSources, wording: Wording
) -> Value | Missing:
    merged = merge_default([value.default for _, value in sources])
    if not merged.incompatible and not merged.missing_somewhere:
        return merged.value
    places = [value.location for _, value in sources]
    shown = by_value([(graph, _shown_default(value)) for graph, value in sources])
    if merged.incompatible:
        context.report.error(
            wording.default_mismatch,
            f'The default of {wording.what} "{coordinate}" is incompatible across subgraphs: it'
            f" is {shown}. Use the same default everywhere.",
            *places,
        )
    else:
        context.report.hint(
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            f'The default of {wording.what} "{coordinate}" is {shown}: the supergraph has none.',
            *places,
        )
    return merged.value


def _shown_default(value: InputValue) -> str:
    return "no default" if isinstance(value.default, Missing) else to_text(value.default)


def note_enum_use(context: Context, type_ref: str, coordinate: str, *, is_input: bool) -> None:
    """Remember that an enum is used in an input or output position."""
    name = base(type_ref)
    if context.graphs.kinds.get(name) is not Kind.ENUM:
        return
    use = context.enum_uses[name]
    if is_input:
        use.input = use.input or coordinate
    else:
        use.output = use.output or coordinate
