"""A type reference node as compact text (`[Ticket!]!`)."""

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode


def type_text(node: TypeNode) -> str:
    """The reference as GraphQL text without spaces."""
    if isinstance(node, NonNullTypeNode):
        return type_text(node.type) + "!"
    if isinstance(node, ListTypeNode):
        return "[" + type_text(node.type) + "]"
    if isinstance(node, NamedTypeNode):
        return node.name.value
    raise TypeError(f"not a type reference: {node!r}")
