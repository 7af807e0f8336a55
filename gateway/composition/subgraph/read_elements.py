"""AST nodes to the model's elements, one function per kind of node; nothing is validated here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    StringValueNode,
    TypeNode,
)

from gateway.composition.outcome import Location
from gateway.composition.subgraph.model import (
    MISSING,
    Directive,
    DirectiveDefinition,
    EnumValue,
    Field,
    InputValue,
)
from gateway.composition.values import from_ast


@dataclass(frozen=True, slots=True)
class Source:
    """Where nodes come from and what their directives mean."""

    subgraph: str
    core_names: Mapping[str, str]
    of_extension: bool = False


def location_of(source: Source, node: Node) -> Location:
    """The place of a definition's name, or of another node's first token."""
    named = None if isinstance(node, DirectiveNode) else getattr(node, "name", None)
    at = (named or node).loc
    if at is None:
        return Location(source.subgraph, 1, 1)
    return Location(source.subgraph, at.start_token.line, at.start_token.column)


def type_text(node: TypeNode) -> str:
    """A type reference as GraphQL text."""
    match node:
        case NamedTypeNode():
            return node.name.value
        case ListTypeNode():
            return f"[{type_text(node.type)}]"
        case NonNullTypeNode():
            return f"{type_text(node.type)}!"
    raise TypeError(f"{node.kind} is not a type reference")


def description_of(node: StringValueNode | None) -> str | None:
    """A description's text."""
    return node.value if node else None


def read_directives(
    source: Source, nodes: Sequence[DirectiveNode | ConstDirectiveNode]
) -> tuple[Directive, ...]:
    """Applications in order."""
    if not nodes:
        return ()
    return tuple(
        Directive(
            name=node.name.value,
            core=source.core_names.get(node.name.value),
            arguments={arg.name.value: from_ast(arg.value) for arg in node.arguments or ()},
            location=location_of(source, node),
            of_extension=source.of_extension,
        )
        for node in nodes
    )


def read_input(source: Source, node: InputValueDefinitionNode) -> InputValue:
    """An argument or input field."""
    return InputValue(
        name=node.name.value,
        type=type_text(node.type),
        default=MISSING if node.default_value is None else from_ast(node.default_value),
        description=description_of(node.description),
        directives=read_directives(source, node.directives or ()),
        location=location_of(source, node),
    )


def read_field(source: Source, node: FieldDefinitionNode) -> Field:
    """A field with its arguments."""
    return Field(
        name=node.name.value,
        type=type_text(node.type),
        arguments={arg.name.value: read_input(source, arg) for arg in node.arguments or ()},
        description=description_of(node.description),
        directives=read_directives(source, node.directives or ()),
        location=location_of(source, node),
        of_extension=source.of_extension,
    )


def read_enum_value(source: Source, node: EnumValueDefinitionNode) -> EnumValue:
    """One value of an enum."""
    return EnumValue(
        name=node.name.value,
        description=description_of(node.description),
        directives=read_directives(source, node.directives or ()),
        location=location_of(source, node),
    )


def read_directive_definition(source: Source, node: DirectiveDefinitionNode) -> DirectiveDefinition:
    """A directive definition."""
    return DirectiveDefinition(
        name=node.name.value,
        arguments={arg.name.value: read_input(source, arg) for arg in node.arguments or ()},
        repeatable=node.repeatable,
        locations=tuple(name.value for name in node.locations),
        description=description_of(node.description),
        location=location_of(source, node),
    )
