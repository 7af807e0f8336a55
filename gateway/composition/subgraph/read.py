"""One subgraph's SDL to its model as written: extensions folded in, duplicates reported."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    ExecutableDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
)

from gateway.composition.outcome import CompositionError, Location, SubgraphInput
from gateway.composition.subgraph.links import Names, read_names
from gateway.composition.subgraph.model import (
    ROOT_NAMES,
    Directive,
    DirectiveDefinition,
    EnumValue,
    Field,
    InputValue,
    Kind,
    Subgraph,
    TypeDefinition,
)
from gateway.composition.subgraph.read_elements import (
    Source,
    description_of,
    location_of,
    read_directive_definition,
    read_directives,
    read_enum_value,
    read_field,
    read_input,
)

_TypeNode = (
    ScalarTypeDefinitionNode
    | ScalarTypeExtensionNode
    | ObjectTypeDefinitionNode
    | ObjectTypeExtensionNode
    | InterfaceTypeDefinitionNode
    | InterfaceTypeExtensionNode
    | UnionTypeDefinitionNode
    | UnionTypeExtensionNode
    | EnumTypeDefinitionNode
    | EnumTypeExtensionNode
    | InputObjectTypeDefinitionNode
    | InputObjectTypeExtensionNode
)
_Member = TypeVar("_Member", Field, InputValue, EnumValue)
_KINDS: Sequence[tuple[Kind, type[DefinitionNode], type[DefinitionNode]]] = (
    (Kind.SCALAR, ScalarTypeDefinitionNode, ScalarTypeExtensionNode),
    (Kind.OBJECT, ObjectTypeDefinitionNode, ObjectTypeExtensionNode),
    (Kind.INTERFACE, InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode),
    (Kind.UNION, UnionTypeDefinitionNode, UnionTypeExtensionNode),
    (Kind.ENUM, EnumTypeDefinitionNode, EnumTypeExtensionNode),
    (Kind.INPUT, InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode),
)


@dataclass(slots=True)
class _Parts:
    """A schema as it is gathered from its definitions."""

    source: Source
    types: dict[str, TypeDefinition] = field(default_factory=dict)
    directives: dict[str, DirectiveDefinition] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    described: str | None = None
    schema_defined: bool = False
    errors: list[CompositionError] = field(default_factory=list)

    def duplicate(self, what: str, *locations: Location) -> None:
        self.errors.append(
            CompositionError(
                "INVALID_GRAPHQL",
                f"[{self.source.subgraph}] There can be only one {what}: remove the other.",
                locations,
            )
        )


def read_subgraph(given: SubgraphInput) -> tuple[Subgraph | None, tuple[CompositionError, ...]]:
    """The subgraph as its SDL says, or the errors that keep it from being read."""
    try:
        document = parse(given.sdl)
    except GraphQLSyntaxError as error:
        places = tuple(Location(given.name, at.line, at.column) for at in error.locations or ())
        message = f"[{given.name}] {error.message}"
        return None, (CompositionError("INVALID_GRAPHQL", message, places),)
    plain = Source(given.name, {})
    names = read_names(
        given.name, read_directives(plain, list(_schema_directives(document))), _own(document)
    )
    parts = _Parts(Source(given.name, names.directives))
    for node in document.definitions:
        _read_definition(parts, node)
    if names.version[0] == 1:
        _drop_loose_definitions(parts)
    errors = (*names.errors, *parts.errors)
    schema_directives = read_directives(parts.source, list(_schema_directives(document)))
    return _subgraph(given, names, parts, schema_directives), errors


def _drop_loose_definitions(parts: _Parts) -> None:
    """Federation 1 let its directives be defined with nullable or listed fields; it ignored that.

    The usual definitions then hold. With more arguments than `fields` the definition is kept.
    """
    for name in ("key", "requires", "provides"):
        definition = parts.directives.get(name)
        fields = definition.arguments.get("fields") if definition else None
        if definition is None or fields is None or len(definition.arguments) != 1:
            continue
        if fields.type.strip("[]!") == "String" and fields.type != "String!":
            del parts.directives[name]


def _subgraph(
    given: SubgraphInput, names: Names, parts: _Parts, schema_directives: tuple[Directive, ...]
) -> Subgraph:
    roots = dict(parts.roots)
    for kind, name in ROOT_NAMES.items():
        found = parts.types.get(name)
        if kind in roots or found is None or found.kind is not Kind.OBJECT:
            continue
        # An explicit schema definition names every root; extensions of it add to the defaults.
        if not parts.schema_defined:
            roots[kind] = name
    return Subgraph(
        name=given.name,
        url=given.url,
        types=parts.types,
        directive_definitions=parts.directives,
        schema_directives=schema_directives,
        roots=roots,
        links=names.links,
        version=names.version,
        core_names=names.directives,
        core_types=names.types,
        description=parts.described,
    )


def _schema_directives(document: DocumentNode) -> Iterator[ConstDirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def _own(document: DocumentNode) -> frozenset[str]:
    return frozenset(
        node.name.value
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode)
    )


def _read_definition(parts: _Parts, node: DefinitionNode) -> None:
    if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
        _read_schema(parts, node)
    elif isinstance(node, DirectiveDefinitionNode):
        definition = read_directive_definition(parts.source, node)
        earlier = parts.directives.setdefault(definition.name, definition)
        if earlier is not definition:
            parts.duplicate(
                f'directive named "@{definition.name}"', earlier.location, definition.location
            )
    elif isinstance(node, ExecutableDefinitionNode):
        parts.errors.append(
            CompositionError(
                "INVALID_GRAPHQL",
                f"[{parts.source.subgraph}] A schema holds only type system definitions:"
                " remove the operation or fragment.",
                (location_of(parts.source, node),),
            )
        )
    elif isinstance(node, _TypeNode):
        _read_type(parts, node)


def _read_schema(parts: _Parts, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
    if isinstance(node, SchemaDefinitionNode):
        if parts.schema_defined:
            parts.duplicate("schema definition", location_of(parts.source, node))
        parts.schema_defined = True
        parts.described = description_of(node.description)
    for operation in node.operation_types or ():
        kind = operation.operation.value
        if kind in parts.roots:
            parts.duplicate(f"{kind} type in a schema", location_of(parts.source, operation))
        parts.roots[kind] = operation.type.name.value


def _read_type(parts: _Parts, node: _TypeNode) -> None:
    extension = isinstance(node, TypeExtensionNode)
    source = replace(parts.source, of_extension=extension)
    piece = _piece(parts, source, node)
    earlier = parts.types.get(piece.name)
    if earlier is None:
        parts.types[piece.name] = piece
    elif earlier.kind is not piece.kind:
        parts.errors.append(
            CompositionError(
                "INVALID_GRAPHQL",
                f'[{source.subgraph}] "{piece.name}" is both {earlier.kind} and {piece.kind}:'
                " rename one of them.",
                (earlier.location, piece.location),
            )
        )
    else:
        if earlier.defined and not extension:
            parts.duplicate(f'type named "{piece.name}"', earlier.location, piece.location)
        parts.types[piece.name] = _joined(parts, earlier, piece)


def _piece(parts: _Parts, source: Source, node: _TypeNode) -> TypeDefinition:
    name = node.name.value
    kind = next(kind for kind, *nodes in _KINDS if isinstance(node, tuple(nodes)))
    fields: dict[str, Field] = {}
    inputs: dict[str, InputValue] = {}
    values: dict[str, EnumValue] = {}
    for child in getattr(node, "fields", None) or ():
        if kind is Kind.INPUT:
            given_input = read_input(source, child)
            _add(parts, inputs, given_input, f'field "{name}.{given_input.name}"')
        else:
            given_field = read_field(source, child)
            _check_arguments(parts, name, child)
            _add(parts, fields, given_field, f'field "{name}.{given_field.name}"')
    for child in getattr(node, "values", None) or ():
        value = read_enum_value(source, child)
        _add(parts, values, value, f'value "{name}.{value.name}"')
    return TypeDefinition(
        name=name,
        kind=kind,
        description=description_of(getattr(node, "description", None)),
        directives=read_directives(source, node.directives or ()),
        location=location_of(source, node),
        defined=not source.of_extension,
        extended=source.of_extension,
        interfaces=_named(parts, source, node, "interfaces"),
        fields=fields,
        inputs=inputs,
        members=_named(parts, source, node, "types"),
        values=values,
    )


def _named(parts: _Parts, source: Source, node: _TypeNode, attribute: str) -> tuple[str, ...]:
    """The names of implemented interfaces or union members, each once."""
    nodes = getattr(node, attribute, None) or ()
    names = [named.name.value for named in nodes]
    for index, name in enumerate(names):
        if name in names[:index]:
            parts.duplicate(
                f'mention of "{name}" in "{node.name.value}"', location_of(source, nodes[index])
            )
    return tuple(dict.fromkeys(names))


def _check_arguments(parts: _Parts, parent: str, node: FieldDefinitionNode) -> None:
    seen: set[str] = set()
    field_name = node.name.value
    for argument in node.arguments or ():
        name = argument.name.value
        if name in seen:
            parts.duplicate(
                f'argument "{parent}.{field_name}({name}:)"', location_of(parts.source, argument)
            )
        seen.add(name)


def _add(parts: _Parts, into: dict[str, _Member], member: _Member, what: str) -> None:
    earlier = into.setdefault(member.name, member)
    if earlier is not member:
        parts.duplicate(what, earlier.location, member.location)


def _joined(parts: _Parts, left: TypeDefinition, right: TypeDefinition) -> TypeDefinition:
    return replace(
        left,
        description=left.description if left.description is not None else right.description,
        directives=(*left.directives, *right.directives),
        location=left.location if left.defined else right.location,
        defined=left.defined or right.defined,
        extended=left.extended or right.extended,
        interfaces=tuple(dict.fromkeys((*left.interfaces, *right.interfaces))),
        fields=_union(parts, left.name, left.fields, right.fields),
        inputs=_union(parts, left.name, left.inputs, right.inputs),
        members=tuple(dict.fromkeys((*left.members, *right.members))),
        values=_union(parts, left.name, left.values, right.values),
    )


def _union(
    parts: _Parts, owner: str, left: Mapping[str, _Member], right: Mapping[str, _Member]
) -> Mapping[str, _Member]:
    result = dict(left)
    for member in right.values():
        _add(parts, result, member, f'field or value "{owner}.{member.name}"')
    return result
