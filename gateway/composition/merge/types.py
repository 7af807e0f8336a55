"""Merging one named type over the subgraphs that have it, by kind."""

from collections.abc import Mapping

from gateway.composition.merge.applied import merge_applied
from gateway.composition.merge.context import Context, merge_description
from gateway.composition.merge.enums import merge_enum_values
from gateway.composition.merge.fields import merge_fields
from gateway.composition.merge.graphs import Owner, TypeSources
from gateway.composition.merge.input_types import merge_input_fields
from gateway.composition.merge.join_directive import join_directives
from gateway.composition.merge.join_field import join_directive
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.field_sets import field_set_text
from gateway.composition.subgraph.model import (
    Directive,
    Kind,
    TypeDefinition,
    applied,
    has,
    is_interface_object,
)

_LAST = (Kind.ENUM,)  # how an enum merges depends on its uses in all other types


def merge_types(context: Context) -> Mapping[str, TypeDefinition]:
    """All types of the supergraph by name, those of mismatching kinds left out (an error)."""
    merged: dict[str, TypeDefinition] = {}
    for last in (False, True):
        for name, sources in context.graphs.types.items():
            kind = context.graphs.kinds[name]
            if (kind in _LAST) is not last or not _one_kind(context, name, kind, sources):
                continue
            merged[name] = _merge_type(context, Owner(name, kind, sources))
    return {name: merged[name] for name in sorted(merged)}


def _one_kind(context: Context, name: str, kind: Kind, sources: TypeSources) -> bool:
    kinds: dict[Kind, list[str]] = {}
    for graph, definition in sources:
        seen = Kind.INTERFACE if is_interface_object(definition) else definition.kind
        kinds.setdefault(seen, []).append(graph.name)
    if len(kinds) > 1:
        said = " but ".join(f"{seen} in {in_subgraphs(names)}" for seen, names in kinds.items())
        context.report.error(
            "TYPE_KIND_MISMATCH",
            f'Type "{name}" has mismatched kinds: it is {said}. Make it one kind, or rename one.',
            *(definition.location for _, definition in sources),
        )
    elif kind is Kind.INTERFACE and all(d.kind is Kind.OBJECT for _, d in sources):
        names = [graph.name for graph, _ in sources]
        context.report.error(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f'Type "{name}" is declared with @interfaceObject in every subgraph that has it'
            f" ({in_subgraphs(names)}): some subgraph must define it as an interface.",
            *(definition.location for _, definition in sources),
        )
        return False
    return len(kinds) == 1


def _merge_type(context: Context, owner: Owner) -> TypeDefinition:
    name, kind, sources = owner.name, owner.kind, owner.sources
    given = [(graph, definition.directives) for graph, definition in sources]
    members = _join_members(sources) if kind is Kind.UNION else ()
    return TypeDefinition(
        name=name,
        kind=kind,
        description=merge_description(context, name, [(g, d.description) for g, d in sources]),
        directives=(
            *_join_implements(sources),
            *_join_types(sources),
            *members,
            *merge_applied(context, name, given, auth=kind is not Kind.INTERFACE),
            *_contexts(sources),
            *join_directives(given),
        ),
        location=sources[0][1].location,
        interfaces=context.graphs.interfaces[name],
        fields=merge_fields(context, owner) if kind in (Kind.OBJECT, Kind.INTERFACE) else {},
        inputs=merge_input_fields(context, owner) if kind is Kind.INPUT else {},
        members=tuple(dict.fromkeys(m for _, d in sources for m in d.members)),
        values=merge_enum_values(context, owner) if kind is Kind.ENUM else {},
    )


def _join_types(sources: TypeSources) -> list[Directive]:
    """One @join__type per subgraph and key."""
    result: list[Directive] = []
    for graph, definition in sources:
        stands = True if is_interface_object(definition) else None
        keys = applied(definition.directives, "key")
        for key in keys:
            extends = key.of_extension or has(definition, "extends")
            result.append(
                join_directive(
                    "type",
                    definition.location,
                    graph=graph.enum,
                    key=field_set_text(key.arguments.get("fields")),
                    extension=True if extends else None,
                    resolvable=key.arguments.get("resolvable"),
                    isInterfaceObject=stands,
                )
            )
        if not keys:
            result.append(
                join_directive(
                    "type", definition.location, graph=graph.enum, isInterfaceObject=stands
                )
            )
    return result


def _join_implements(sources: TypeSources) -> list[Directive]:
    return [
        join_directive("implements", definition.location, graph=graph.enum, interface=interface)
        for graph, definition in sources
        for interface in definition.interfaces
    ]


def _join_members(sources: TypeSources) -> list[Directive]:
    names = dict.fromkeys(member for _, definition in sources for member in definition.members)
    return [
        join_directive("unionMember", definition.location, graph=graph.enum, member=member)
        for member in names
        for graph, definition in sources
        if member in definition.members
    ]


def _contexts(sources: TypeSources) -> list[Directive]:
    """@context names are told apart by their subgraph."""
    return [
        Directive(
            "context",
            "context",
            {"name": f"{graph.name}__{context.arguments['name']}"},
            context.location,
        )
        for graph, definition in sources
        for context in applied(definition.directives, "context")
    ]
