"""REQUIRES_INVALID_FIELDS: what a subgraph requires must be askable of the supergraph too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.composition.merge.graphs import Graph
from gateway.composition.outcome import CompositionError, in_subgraphs
from gateway.composition.subgraph.field_sets import Fragment, Selection, try_field_set
from gateway.composition.subgraph.model import Directive, applied
from gateway.composition.supergraph_rules.view import SupergraphView
from gateway.composition.type_ref import base


@dataclass(frozen=True, slots=True)
class _Spot:
    view: SupergraphView
    where: str
    directive: Directive
    graph: Graph
    parent: str

    def fault(self, message: str) -> CompositionError:
        fields = self.directive.arguments.get("fields")
        return self.view.error(
            "REQUIRES_INVALID_FIELDS",
            f'[{self.graph.name}] On "{self.where}", for @{self.directive.name}(fields:'
            f' "{fields}"): {message}',
            self.directive.location,
        )


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Required fields whose arguments other subgraphs demand, or do not know."""
    for graph in view.merged.graphs:
        for definition in graph.subgraph.types.values():
            for field in definition.fields.values():
                for requires in applied(field.directives, "requires"):
                    selections = try_field_set(requires.arguments.get("fields"))
                    where = f"{definition.name}.{field.name}"
                    spot = _Spot(view, where, requires, graph, definition.name)
                    yield from _selections(spot, selections)


def _selections(spot: _Spot, selections: Sequence[Selection]) -> Iterator[CompositionError]:
    merged = spot.view.merged.types.get(spot.parent)
    for selection in selections:
        if isinstance(selection, Fragment):
            on = replace(spot, parent=selection.on or spot.parent)
            yield from _selections(on, selection.selections)
            continue
        field = merged.fields.get(selection.name) if merged else None
        if field is None:
            continue
        given = [name for name, _ in selection.arguments]
        coordinate = f"{spot.parent}.{field.name}"
        for name, argument in field.arguments.items():
            if argument.required and name not in given:
                yield spot.fault(
                    f'no value is given for argument "{coordinate}({name}:)", which is required in'
                    f" {in_subgraphs(_with_argument(spot, field.name, name, True))}: give one.",
                )
        for name in given:
            if name not in field.arguments:
                yield spot.fault(
                    f'no value can be given for argument "{coordinate}({name}:)", which'
                    f" {in_subgraphs(_with_argument(spot, field.name, name, False))} do not have:"
                    " add it there, or remove it from the selection.",
                )
        if selection.selections:
            yield from _selections(replace(spot, parent=base(field.type)), selection.selections)


def _with_argument(spot: _Spot, field: str, argument: str, present: bool) -> list[str]:
    """Subgraphs whose definition of a field has (or has not) an argument."""
    return [
        graph.name
        for graph, definition in spot.view.context.graphs.types.get(spot.parent, ())
        if field in definition.fields
        and (argument in definition.fields[field].arguments) is present
    ]
