"""Which subgraphs' definitions of a field are overridden by another's, and what forbids it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from gateway.composition.merge.context import Context
from gateway.composition.merge.graphs import FieldSources, Graph
from gateway.composition.subgraph.model import Directive, Field, Kind, applied, has

_LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,2}(\.\d{1,8})?|100)\)")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What @override does to one field's sources, by subgraph name."""

    used: frozenset[str] = frozenset()  # overridden, but still referenced by its own subgraph
    unused: frozenset[str] = frozenset()  # overridden and as good as absent
    labels: Mapping[str, str] = field(default_factory=dict)  # of both ends of a progressive one

    def is_absent(self, graph: Graph) -> bool:
        """Whether the subgraph's definition does not reach the supergraph."""
        return graph.name in self.unused and graph.name not in self.labels

    def is_overridden(self, graph: Graph) -> bool:
        """Whether another subgraph resolves the field instead, if only for some requests."""
        return graph.name in self.used or graph.name in self.unused


NONE = Overrides()


@dataclass(frozen=True, slots=True)
class _Override:
    """One application of @override that is being looked at."""

    graph: Graph
    field: Field
    directive: Directive
    coordinate: str
    owner: str

    @property
    def source(self) -> str:
        return str(self.directive.arguments.get("from"))

    @property
    def target(self) -> str:
        return f'"{self.coordinate}" in subgraph "{self.graph.name}"'


def read_overrides(context: Context, owner: str, sources: FieldSources) -> Overrides:
    """The overrides among a field's sources; errors and hints are recorded."""
    found = [
        _Override(graph, source, directive, f"{owner}.{source.name}", owner)
        for graph, source in sources
        for directive in applied(source.directives, "override")[:1]
    ]
    if not found:
        return NONE
    used: set[str] = set()
    unused: set[str] = set()
    labels: dict[str, str] = {}
    overriding = {override.graph.name for override in found}
    for override in found:
        if _on_interface(context, override) or not _source_exists(context, override, overriding):
            continue
        origin = next(((g, f) for g, f in sources if g.name == override.source), None)
        if origin is None:
            _report_missing(context, override)
            continue
        if _collides(context, override, *origin):
            continue
        label = _read_label(context, override)
        if label:
            labels[override.graph.name] = labels[override.source] = label
        _place(context, override, origin[0], (used, unused))
    return Overrides(frozenset(used), frozenset(unused), labels)


def _on_interface(context: Context, override: _Override) -> bool:
    definition = override.graph.subgraph.types[override.owner]
    if definition.kind is Kind.INTERFACE:
        context.report.error(
            "OVERRIDE_ON_INTERFACE",
            f"@override cannot be used on {override.target}: it is not supported on fields of"
            " interfaces. Put it on the implementing types' fields.",
            override.directive.location,
        )
        return True
    if has(definition, "interfaceObject"):
        context.report.error(
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            f"@override cannot be used on {override.target}: it is not supported on fields of"
            " @interfaceObject types. Remove it.",
            override.directive.location,
        )
        return True
    return False


def _source_exists(context: Context, override: _Override, overriding: set[str]) -> bool:
    """Whether `from` names another subgraph that does not override the field itself."""
    names = [graph.name for graph in context.graphs.all]
    place = override.directive.location
    if override.source not in names:
        near = get_close_matches(override.source, names)
        guess = f' Did you mean "{near[0]}"?' if near else ""
        context.report.hint(
            "FROM_SUBGRAPH_DOES_NOT_EXIST",
            f'Field {override.target} overrides subgraph "{override.source}", which does not'
            f" exist.{guess}",
            place,
        )
        return False
    if override.source == override.graph.name:
        context.report.error(
            "OVERRIDE_FROM_SELF_ERROR",
            f"Field {override.target} overrides itself: name the subgraph to move it from.",
            place,
        )
        return False
    if override.source in overriding:
        context.report.error(
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            f'Field {override.target} overrides subgraph "{override.source}", whose field has'
            " @override as well: only one @override is allowed per field.",
            place,
        )
        return False
    return True


def _report_missing(context: Context, override: _Override) -> None:
    """The source has no such field; what its interface objects stand for cannot be taken over."""
    graphs = context.graphs
    source = next(graph for graph in graphs.all if graph.name == override.source)
    if any(graphs.abstracted(source, override.owner, override.field.name)):
        context.report.error(
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            f'@override cannot be used on {override.target}: subgraph "{source.name}" has the field'
            " through an @interfaceObject type only, which cannot be overridden. Remove it.",
            override.directive.location,
        )
        return
    context.report.hint(
        "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
        f'Field {override.target} overrides subgraph "{override.source}", which no longer has'
        " it: the @override can be removed.",
        override.directive.location,
    )


def _collides(context: Context, override: _Override, origin: Graph, origin_field: Field) -> bool:
    at_fault: tuple[str, Graph] | None = None
    for core in ("requires", "provides"):
        if has(origin_field, core):
            at_fault = (core, origin)
    if at_fault is None and override.graph.is_external(override.owner, override.field.name):
        at_fault = ("external", override.graph)
    if at_fault is None:
        return False
    core, graph = at_fault
    context.report.error(
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        f'@override cannot be used on {override.target}, since "{override.coordinate}" in'
        f' subgraph "{graph.name}" is marked with {graph.subgraph.local_name(core)}: remove one'
        " of the two.",
        override.directive.location,
        origin_field.location,
    )
    return True


def _read_label(context: Context, override: _Override) -> str | None:
    label = override.directive.arguments.get("label")
    if not isinstance(label, str):
        return None
    if _LABEL.fullmatch(label) or _PERCENT.fullmatch(label):
        return label
    context.report.error(
        "OVERRIDE_LABEL_INVALID",
        f'Invalid @override label "{label}" on field {override.target}: a label starts with a'
        " letter, followed by letters, digits and _-:./ only, or it is percent(x) with x from 0"
        " to 100 and at most 8 decimals.",
        override.directive.location,
    )
    return None


def _place(
    context: Context, override: _Override, origin: Graph, into: tuple[set[str], set[str]]
) -> None:
    """Sort the overridden source into used or unused; say what can be tidied up."""
    coordinate = (override.owner, override.field.name)
    there = f'"{override.coordinate}" in subgraph "{origin.name}"'
    if coordinate in origin.facts.external:
        context.report.hint(
            "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
            f"Field {there} is @external and so not resolved there any more: the @override on"
            f" {override.target} can be removed.",
            override.directive.location,
        )
        return
    is_used = coordinate in origin.facts.used
    into[0 if is_used else 1].add(origin.name)
    rest = (
        "It is still used by @key, @requires, @provides or an interface there: then mark it"
        " @external, or remove it with its uses."
        if is_used
        else "Then remove it."
    )
    if "label" in override.directive.arguments:
        context.report.hint(
            "OVERRIDE_MIGRATION_IN_PROGRESS",
            f"Field {there} is being migrated by a progressive @override. Finish it. {rest}",
            override.directive.location,
        )
    else:
        context.report.hint(
            "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
            f"Field {there} is overridden by {override.target}. {rest}",
            override.directive.location,
        )
