"""Fields that interface objects give to the implementations of their interface."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.composition.merge.context import Context
from gateway.composition.merge.join_field import join_directive
from gateway.composition.subgraph.model import Field, Kind, TypeDefinition


def add_abstracted_fields(
    context: Context, types: Mapping[str, TypeDefinition]
) -> Mapping[str, TypeDefinition]:
    """The types, implementations completed by what some subgraph resolves for all of them.

    Such a field belongs to no subgraph's own type: its @join__field names no graph.
    """
    result = dict(types)
    for name, definition in types.items():
        if definition.kind is not Kind.OBJECT:
            continue
        added = _abstracted(context, definition, types)
        if added:
            result[name] = replace(definition, fields={**definition.fields, **added})
    return result


def _abstracted(
    context: Context, definition: TypeDefinition, types: Mapping[str, TypeDefinition]
) -> Mapping[str, Field]:
    added: dict[str, Field] = {}
    for interface in definition.interfaces:
        sources = context.graphs.interface_objects.get(interface)
        if not sources or interface not in types:
            continue
        for field in types[interface].fields.values():
            given = any(
                field.name in d.fields and not graph.is_external(interface, field.name)
                for graph, d in sources
            )
            if given and field.name not in definition.fields and field.name not in added:
                kept = [d for d in field.directives if not d.name.startswith("join__")]
                join = join_directive("field", field.location)
                added[field.name] = replace(field, directives=(*kept, join))
    return added
