"""A supergraph in, the schema of each of its subgraphs out: to validate what plans send."""

from collections.abc import Iterable, Mapping

from graphql import (
    DirectiveDefinitionNode,
    GraphQLSchema,
    build_schema,
    parse,
    print_ast,
    validate,
)

from gateway.federation.api_schema import api_document
from gateway.federation.model import Field, Supergraph, TypeDefinition, TypeKind
from gateway.planner.plan import QueryPlan

_STANDARD = {"Int", "Float", "String", "Boolean", "ID"}


def subgraph_schemas(supergraph: Supergraph) -> dict[str, GraphQLSchema]:
    """Subgraph name → its schema as far as the supergraph tells, with `_entities`."""
    return {
        subgraph.name: build_schema(_sdl(supergraph, id_), assume_valid_sdl=True)
        for id_, subgraph in supergraph.subgraphs.items()
    }


def invalid_documents(plan: QueryPlan, schemas: Mapping[str, GraphQLSchema]) -> list[str]:
    """What the subgraphs would refuse about the plan's documents."""
    return [
        f"{step.subgraph}: {error.message}\n    {step.document}"
        for step in plan.steps
        for error in validate(schemas[step.subgraph], parse(step.document))
    ]


def _sdl(supergraph: Supergraph, graph: str) -> str:
    types = [one for one in supergraph.types.values() if graph in one.joins]
    lines = [text for one in types for text in _type(supergraph, one, graph)]
    entities = [
        one.name
        for one in types
        if any(key for key in one.joins[graph].keys)
        and (one.kind is TypeKind.OBJECT or one.joins[graph].interface_object)
    ]
    lines.append("scalar _Any")
    query = supergraph.query
    if graph not in supergraph.types[query].joins:
        lines.append(f"type {query} {{ _none: Int }}")
    if entities:
        lines.append(f"union _Entity = {' | '.join(entities)}")
        lines.append(f"extend type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}")
    lines.extend(_undefined(types, graph))
    lines.extend(
        print_ast(node)
        for node in api_document(supergraph.document).definitions
        if isinstance(node, DirectiveDefinitionNode)
    )
    roots = " ".join(
        f"{kind}: {name}"
        for kind, name in supergraph.roots.items()
        if kind == "query" or graph in supergraph.types[name].joins
    )
    lines.append(f"schema {{ {roots} }}")
    return "\n".join(lines)


def _type(supergraph: Supergraph, one: TypeDefinition, graph: str) -> Iterable[str]:
    if one.kind is TypeKind.SCALAR:
        if one.name not in _STANDARD:
            yield f"scalar {one.name}"
    elif one.kind is TypeKind.ENUM:
        values = [value.name for value in one.values.values() if graph in value.graphs]
        yield f"enum {one.name} {{ {' '.join(values or ['_NONE'])} }}"
    elif one.kind is TypeKind.INPUT:
        fields = [
            f"{item.name}: {item.type.text}" + (f" = {item.default}" if item.default else "")
            for item in one.input_fields.values()
            if graph in item.graphs
        ]
        yield f"input {one.name} {{ {' '.join(fields or ['_none: Int'])} }}"
    elif one.kind is TypeKind.UNION:
        yield f"union {one.name} = {' | '.join(one.members.get(graph, ())) or '_None'}"
    else:
        join = one.joins[graph]
        keyword = (
            "interface" if one.kind is TypeKind.INTERFACE and not join.interface_object else "type"
        )
        names = sorted(one.interfaces.get(graph, frozenset()))
        implements = f" implements {' & '.join(names)}" if names else ""
        fields = [_field(item, graph) for item in one.fields.values() if graph in item.joins]
        yield f"{keyword} {one.name}{implements} {{ {' '.join(fields or ['_none: Int'])} }}"


def _field(one: Field, graph: str) -> str:
    join = one.joins[graph]
    arguments = [
        f"{item.name}: {item.type.text}" + (f" = {item.default}" if item.default else "")
        for item in one.arguments.values()
    ]
    arguments.extend(f"{use.argument}: {use.type.text}" for use in join.contexts)
    inputs = f"({', '.join(arguments)})" if arguments else ""
    return f"{one.name}{inputs}: {join.type.text}"


def _undefined(types: Iterable[TypeDefinition], graph: str) -> list[str]:
    known = {one.name for one in types} | _STANDARD
    used: dict[str, None] = {}
    for one in types:
        for field in one.fields.values():
            if graph in field.joins:
                used[field.joins[graph].type.name] = None
                used.update((item.type.name, None) for item in field.arguments.values())
        for item in one.input_fields.values():
            used[item.type.name] = None
    return [f"scalar {name}" for name in used if name not in known]
