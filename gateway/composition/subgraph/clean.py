"""A valid subgraph as merging wants it: federation's own parts gone, roots by their usual names."""

from dataclasses import replace

from gateway.composition.outcome import Location
from gateway.composition.subgraph.model import (
    BUILT_IN_SCALARS,
    ROOT_NAMES,
    Field,
    InputValue,
    Kind,
    Subgraph,
    TypeDefinition,
)
from gateway.composition.type_ref import base

_OPERATIONS = frozenset({"_entities", "_service"})
_MACHINERY = frozenset({"_Any", "_Entity", "_Service", "_FieldSet"})


def clean(subgraph: Subgraph) -> Subgraph:
    """The subgraph without federation's machinery, its roots renamed, with a Query in any case.

    Every subgraph has a Query: federation puts `_service` there.
    """
    machinery = _MACHINERY | BUILT_IN_SCALARS | frozenset(subgraph.core_types)
    types = {name: d for name, d in subgraph.types.items() if name not in machinery}
    query = subgraph.roots.get("query", "Query")
    if query in types:
        fields = {n: f for n, f in types[query].fields.items() if n not in _OPERATIONS}
        types[query] = replace(types[query], fields=fields)
    renamed = {
        name: ROOT_NAMES[kind] for kind, name in subgraph.roots.items() if name != ROOT_NAMES[kind]
    }
    if renamed:
        types = {d.name: d for d in (_rename(old, renamed) for old in types.values())}
    if "Query" not in types:
        nowhere = Location(subgraph.name, 1, 1)
        types["Query"] = TypeDefinition("Query", Kind.OBJECT, None, (), nowhere)
    roots = {kind: ROOT_NAMES[kind] for kind in subgraph.roots} | {"query": "Query"}
    return replace(subgraph, types=types, roots=roots)


def _rename(definition: TypeDefinition, renamed: dict[str, str]) -> TypeDefinition:
    return replace(
        definition,
        name=renamed.get(definition.name, definition.name),
        fields={name: _rename_field(field, renamed) for name, field in definition.fields.items()},
        members=tuple(renamed.get(member, member) for member in definition.members),
    )


def _rename_field(field: Field, renamed: dict[str, str]) -> Field:
    arguments: dict[str, InputValue] = dict(field.arguments)
    old = base(field.type)
    return replace(field, type=field.type.replace(old, renamed.get(old, old)), arguments=arguments)
