"""Merging a field's arguments: those that every resolving subgraph knows."""

from collections.abc import Mapping

from gateway.composition.merge.context import Context
from gateway.composition.merge.graphs import FieldSources
from gateway.composition.merge.inputs import ARGUMENT, InputSources, merge_input
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.model import InputValue, has


def merge_arguments(
    context: Context, coordinate: str, sources: FieldSources
) -> Mapping[str, InputValue]:
    """The supergraph's arguments; those filled from a context are not the client's to give."""
    names = dict.fromkeys(name for _, field in sources for name in field.arguments)
    merged: dict[str, InputValue] = {}
    for name in names:
        given = [(g, f.arguments[name]) for g, f in sources if name in f.arguments]
        plain = [(g, argument) for g, argument in given if not has(argument, "fromContext")]
        at = f"{coordinate}({name}:)"
        without = [g.name for g, field in sources if name not in field.arguments]
        contextual = [g.name for g, argument in given if has(argument, "fromContext")]
        if contextual:
            _report_contextual(context, at, plain, contextual)
        elif without:
            _report_missing(context, at, plain, without)
        else:
            merged[name], _ = merge_input(context, at, plain, ARGUMENT)
    return merged


def _report_contextual(
    context: Context, at: str, plain: InputSources, contextual: list[str]
) -> None:
    """An argument filled from a context here must be one that may be left out there."""
    required = [graph.name for graph, argument in plain if argument.required]
    places = [argument.location for _, argument in plain]
    if required:
        context.report.error(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            f'Argument "{at}" is filled from a context in {in_subgraphs(contextual)} but required'
            f" in {in_subgraphs(required)}: use @fromContext there too, make it nullable or give"
            " it a default.",
            *places,
        )
    elif plain:
        context.report.hint(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            f'Argument "{at}" is filled from a context in {in_subgraphs(contextual)} but not in'
            f" {in_subgraphs([graph.name for graph, _ in plain])}: the supergraph does not have"
            " it, so nobody can give it there.",
            *places,
        )


def _report_missing(context: Context, at: str, given: InputSources, without: list[str]) -> None:
    required = [graph.name for graph, argument in given if argument.required]
    places = [argument.location for _, argument in given]
    if required:
        context.report.error(
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            f'Argument "{at}" is required in {in_subgraphs(required)} but missing in'
            f" {in_subgraphs(without)}: add it there, or make it optional.",
            *places,
        )
    else:
        context.report.hint(
            "INCONSISTENT_ARGUMENT_PRESENCE",
            f'Optional argument "{at}" is missing in {in_subgraphs(without)}: the supergraph'
            " does not have it. Add it there.",
            *places,
        )
