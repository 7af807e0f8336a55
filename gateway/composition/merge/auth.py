"""Access requirements spread over interfaces: the last word on @authenticated and its like.

An implementation also obeys what interface objects demand for its fields; an interface, which
cannot carry requirements of its own, demands what all its implementations demand.
"""

from collections.abc import Mapping
from dataclasses import replace

from gateway.composition.merge.applied import merge_applied
from gateway.composition.merge.context import Context
from gateway.composition.merge.graphs import Graph
from gateway.composition.merge.requirements import AUTH, AUTH_ARGUMENTS, merge_requirements
from gateway.composition.subgraph.model import Directive, Field, Kind, TypeDefinition


def spread_requirements(
    context: Context, types: Mapping[str, TypeDefinition]
) -> Mapping[str, TypeDefinition]:
    """The types with the requirements of implementations and interfaces completed."""
    if not any(target.original in AUTH for target in context.composed.values()):
        return types
    result = dict(types)
    for name, definition in types.items():
        if definition.kind is Kind.OBJECT and definition.interfaces:
            result[name] = _with_abstracted(context, definition)
    for name, definition in types.items():
        if definition.kind is Kind.INTERFACE:
            below = [result[n] for n in context.graphs.implementations.get(name, ()) if n in result]
            result[name] = _with_implementations(definition, below)
    return result


def _with_abstracted(context: Context, definition: TypeDefinition) -> TypeDefinition:
    fields = dict(definition.fields)
    for name, field in definition.fields.items():
        given: list[tuple[Graph, tuple[Directive, ...]]] = [
            (graph, stand_in.fields[name].directives)
            for interface in definition.interfaces
            for graph, stand_in in context.graphs.interface_objects.get(interface, ())
            if name in stand_in.fields and not graph.is_external(interface, name)
        ]
        demanded = merge_applied(context, f"{definition.name}.{name}", given)
        fields[name] = _demand(field, [field.directives, demanded])
    return replace(definition, fields=fields)


def _with_implementations(
    definition: TypeDefinition, below: list[TypeDefinition]
) -> TypeDefinition:
    fields = {
        name: _demand(field, [d.fields[name].directives for d in below if name in d.fields])
        for name, field in definition.fields.items()
    }
    demanded = _conjoined([d.directives for d in below])
    kept = [d for d in definition.directives if d.core not in AUTH]
    return replace(definition, directives=(*kept, *demanded), fields=fields)


def _demand(field: Field, sources: list[tuple[Directive, ...]]) -> Field:
    kept = [directive for directive in field.directives if directive.core not in AUTH]
    return replace(field, directives=(*kept, *_conjoined(sources)))


def _conjoined(sources: list[tuple[Directive, ...]]) -> list[Directive]:
    """One application per directive; a lone or repeated one stays as it is written."""
    found: dict[str, list[Directive]] = {}
    for directives in sources:
        for directive in directives:
            if directive.core in AUTH:
                found.setdefault(directive.core or "", []).append(directive)
    result: list[Directive] = []
    for core, applications in found.items():
        first = applications[0]
        argument = AUTH_ARGUMENTS.get(core)
        if argument and any(d.arguments != first.arguments for d in applications):
            merged = merge_requirements(argument, [d.arguments for d in applications])
            first = replace(first, arguments=merged)
        result.append(first)
    return result
