"""The @join__field applications of a merged field: which subgraphs have it and how."""

from collections.abc import Mapping

from gateway.composition.merge.graphs import FieldSources, Graph, Owner
from gateway.composition.merge.overrides import Overrides
from gateway.composition.merge.types_of import MergedType
from gateway.composition.outcome import Location
from gateway.composition.subgraph.field_sets import field_set_text
from gateway.composition.subgraph.model import Directive, Field, applied, has
from gateway.composition.values import Value


def join_directive(name: str, location: Location, /, **arguments: Value) -> Directive:
    """A directive of the join spec; arguments that are None are left out."""
    given: Mapping[str, Value] = {k: v for k, v in arguments.items() if v is not None}
    return Directive(f"join__{name}", None, given, location)


def join_fields(
    owner: Owner, sources: FieldSources, merged: MergedType, overrides: Overrides
) -> tuple[Directive, ...]:
    """One @join__field per subgraph that has the field; none when they would say nothing."""
    if not _needed(owner, sources, merged, overrides):
        return ()
    return tuple(
        _join_field(owner.name, graph, field, merged, overrides)
        for graph, field in sources
        if not overrides.is_absent(graph)
    )


def _needed(owner: Owner, sources: FieldSources, merged: MergedType, overrides: Overrides) -> bool:
    if not merged.all_equal or overrides.used or overrides.labels:
        return True
    present = [(g, f) for g, f in sources if not overrides.is_absent(g)]
    if len(present) < len(owner.sources):
        return True
    return any(
        graph.is_external(owner.name, field.name)
        or (field.directives and (has(field, "requires") or has(field, "provides")))
        or any(has(argument, "fromContext") for argument in field.arguments.values())
        for graph, field in present
    )


def _join_field(
    owner: str, graph: Graph, field: Field, merged: MergedType, overrides: Overrides
) -> Directive:
    override = applied(field.directives, "override")
    return join_directive(
        "field",
        field.location,
        graph=graph.enum,
        requires=_field_set(field, "requires"),
        provides=_field_set(field, "provides"),
        type=None if merged.all_equal else field.type,
        external=True if graph.is_external(owner, field.name) else None,
        override=override[0].arguments.get("from") if override else None,
        usedOverridden=True if graph.name in overrides.used else None,
        overrideLabel=overrides.labels.get(graph.name),
        contextArguments=_context_arguments(graph, field),
    )


def _field_set(field: Field, core: str) -> str | None:
    for directive in applied(field.directives, core):
        return field_set_text(directive.arguments.get("fields"))
    return None


def _context_arguments(graph: Graph, field: Field) -> Value:
    found: list[Value] = []
    for argument in field.arguments.values():
        for source in applied(argument.directives, "fromContext"):
            text = str(source.arguments.get("field")).strip()
            name, selection = split_context(text)
            found.append(
                {
                    "context": f"{graph.name}__{name}",
                    "name": argument.name,
                    "type": argument.type,
                    "selection": selection,
                }
            )
    return tuple(found) or None


def split_context(text: str) -> tuple[str, str]:
    """The context's name and the selection of a @fromContext field ("$ctx { a }")."""
    rest = text.removeprefix("$")
    end = next((i for i, c in enumerate(rest) if not (c.isalnum() or c == "_")), len(rest))
    return rest[:end], rest[end:].strip()
