"""A subgraph's own schema, taken back out of the supergraph: what its documents are valid on."""

from collections.abc import Iterator

from gateway.federation.model import Argument, Field, Supergraph, TypeDefinition, TypeKind

BUILT_IN = frozenset({"Int", "Float", "String", "Boolean", "ID"})


def subgraph_sdl(supergraph: Supergraph, graph: str) -> str:
    """The SDL of the subgraph with the id `graph`, with `_entities` and no directives."""
    parts = [
        text
        for definition in supergraph.types.values()
        if graph in definition.joins and definition.name not in BUILT_IN
        for text in _definition(supergraph, definition, graph)
    ]
    entities = sorted(
        definition.name
        for definition in supergraph.types.values()
        if (join := definition.joins.get(graph)) is not None
        and any(key.resolvable for key in join.keys)
        and (definition.kind is TypeKind.OBJECT or join.interface_object)
    )
    if entities:
        parts.append(f"scalar _Any union _Entity = {' | '.join(entities)}")
        declared = has_fields(supergraph, supergraph.query, graph)
        keyword = "extend type" if declared else "type"
        entities_field = "_entities(representations: [_Any!]!): [_Entity]!"
        parts.append(f"{keyword} {supergraph.query} {{ {entities_field} }}")
    roots = [
        f"{kind}: {name}"
        for kind, name in supergraph.roots.items()
        if has_fields(supergraph, name, graph) or (kind == "query" and entities)
    ]
    if not roots:
        parts.append("type Nothing { nothing: Boolean }")
        roots.append("query: Nothing")
    parts.append(f"schema {{ {' '.join(roots)} }}")
    return "\n".join(parts)


def has_fields(supergraph: Supergraph, typename: str, graph: str) -> bool:
    """Whether the subgraph declares any field of an object or interface type."""
    return any(graph in field.joins for field in supergraph.types[typename].fields.values())


def _definition(supergraph: Supergraph, definition: TypeDefinition, graph: str) -> Iterator[str]:
    match definition.kind:
        case TypeKind.SCALAR:
            yield f"scalar {definition.name}"
        case TypeKind.ENUM:
            values = [name for name, value in definition.values.items() if graph in value.graphs]
            yield f"enum {definition.name} {{ {' '.join(values)} }}"
        case TypeKind.UNION:
            yield f"union {definition.name} = {' | '.join(definition.members.get(graph, ()))}"
        case TypeKind.INPUT:
            fields = [
                _argument(item)
                for item in definition.input_fields.values()
                if not item.graphs or graph in item.graphs
            ]
            yield f"input {definition.name} {{ {' '.join(fields)} }}"
        case TypeKind.OBJECT | TypeKind.INTERFACE:
            yield from _composite(supergraph, definition, graph)


def _composite(supergraph: Supergraph, definition: TypeDefinition, graph: str) -> Iterator[str]:
    fields = [_field(field, graph) for field in definition.fields.values() if graph in field.joins]
    if not fields:
        return
    is_object = definition.kind is TypeKind.OBJECT or definition.joins[graph].interface_object
    interfaces = [
        name
        for name in sorted(definition.interfaces.get(graph, ()))
        if not supergraph.types[name].joins[graph].interface_object
    ]
    implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
    keyword = "type" if is_object else "interface"
    yield f"{keyword} {definition.name}{implements} {{ {' '.join(fields)} }}"


def _field(field: Field, graph: str) -> str:
    join = field.joins[graph]
    arguments = [_argument(item) for item in field.arguments.values()]
    arguments += [
        f"{use.argument}: {use.type.text}"
        for use in join.contexts
        if use.argument not in field.arguments
    ]
    written = f"({', '.join(arguments)})" if arguments else ""
    return f"{field.name}{written}: {join.type.text}"


def _argument(item: Argument) -> str:
    default = f" = {item.default}" if item.default is not None else ""
    return f"{item.name}: {item.type.text}{default}"
