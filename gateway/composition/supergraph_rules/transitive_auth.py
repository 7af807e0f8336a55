"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: @requires and @fromContext do not go round access control.

A field that reads others on the client's behalf demands at least what they demand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.composition.merge.join_field import split_context
from gateway.composition.merge.requirements import (
    AUTH,
    AUTH_ARGUMENTS,
    Requirement,
    conjoin,
    implies,
    read_requirement,
)
from gateway.composition.outcome import CompositionError, quoted
from gateway.composition.subgraph.field_sets import Fragment, Selection, try_field_set
from gateway.composition.subgraph.model import Directive, Field, Kind, Subgraph, applied
from gateway.composition.supergraph_rules.view import SupergraphView
from gateway.composition.type_ref import base

_NEVER: Requirement = frozenset({frozenset({"authenticated"})})


@dataclass(frozen=True, slots=True)
class _Demand:
    """What one element demands, by directive."""

    coordinate: str
    needs: Mapping[str, Requirement]


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Fields whose requirements are weaker than those of the fields they read."""
    if not any(target.original in AUTH for target in view.context.composed.values()):
        return
    for graph in view.merged.graphs:
        for definition in graph.subgraph.types.values():
            for field in definition.fields.values():
                demands = list(_read(view, graph.subgraph, definition.name, field))
                if demands:
                    yield from _compare(view, definition.name, field, demands)


def _read(view: SupergraphView, subgraph: Subgraph, owner: str, field: Field) -> Iterator[_Demand]:
    """The demands of everything that a field reads through its directives."""
    for requires in applied(field.directives, "requires"):
        selections = try_field_set(requires.arguments.get("fields"))
        yield from _demands(view, owner, selections, owner)
    for argument in field.arguments.values():
        for source in applied(argument.directives, "fromContext"):
            name, selection = split_context(str(source.arguments.get("field")).strip())
            for setter in subgraph.types.values():
                set_here = applied(setter.directives, "context")
                if any(context.arguments.get("name") == name for context in set_here):
                    yield from _demands(view, setter.name, try_field_set(selection), "")


def _demands(
    view: SupergraphView, parent: str, selections: Sequence[Selection], known: str
) -> Iterator[_Demand]:
    """Demands of a selection; those of the type `known` itself are met already."""
    definition = view.merged.types.get(parent)
    if definition is None:
        return
    direct = any(not isinstance(s, Fragment) and s.name != "__typename" for s in selections)
    if parent != known and (direct or definition.kind is Kind.OBJECT):
        yield from _demand(parent, definition.directives)
    for selection in selections:
        if isinstance(selection, Fragment):
            yield from _demands(view, selection.on or parent, selection.selections, known)
            continue
        field = definition.fields.get(selection.name)
        if field is None:
            continue
        yield from _demand(f"{parent}.{field.name}", field.directives)
        target = view.merged.types.get(base(field.type))
        if selection.selections:
            yield from _demands(view, base(field.type), selection.selections, "")
        elif target:
            yield from _demand(target.name, target.directives)


def _demand(coordinate: str, directives: Sequence[Directive]) -> Iterator[_Demand]:
    needs = _requirements(directives)
    if needs:
        yield _Demand(coordinate, needs)


def _requirements(directives: Sequence[Directive]) -> Mapping[str, Requirement]:
    found: dict[str, Requirement] = {}
    for directive in directives:
        core = directive.core or ""
        if core == "authenticated":
            found[core] = _NEVER
        elif core in AUTH:
            found[core] = read_requirement(directive.arguments.get(AUTH_ARGUMENTS[core]))
    return found


def _compare(
    view: SupergraphView, owner: str, field: Field, demands: Sequence[_Demand]
) -> Iterator[CompositionError]:
    merged = view.merged.types[owner]
    own = [_requirements(merged.directives)]
    if field.name in merged.fields:
        own.append(_requirements(merged.fields[field.name].directives))
    lacking: dict[str, list[str]] = {}
    for core in sorted(AUTH):
        has = conjoin(requirement[core] for requirement in own if core in requirement)
        for demand in demands:
            if core in demand.needs and not implies(has, demand.needs[core]):
                lacking.setdefault(core, []).append(demand.coordinate)
    if lacking:
        said = ", ".join(
            f"@{core} (demanded by {quoted(sorted(set(names)))})" for core, names in lacking.items()
        )
        yield view.error(
            "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
            f'Field "{owner}.{field.name}" reads other fields through @requires or @fromContext'
            f" but does not demand all the access that they demand: it lacks {said}. Add it.",
            field.location,
        )
