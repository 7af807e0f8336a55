"""GraphQL values as compact canonical text; equal values give equal text."""

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from graphql.language.print_string import print_string


def value_text(node: ValueNode) -> str:
    """The value as GraphQL text; object fields are sorted by name, block strings are quoted."""
    if isinstance(node, VariableNode):
        return "$" + node.name.value
    if isinstance(node, StringValueNode):
        return print_string(node.value)
    if isinstance(node, IntValueNode | FloatValueNode | EnumValueNode):
        return node.value
    if isinstance(node, BooleanValueNode):
        return "true" if node.value else "false"
    if isinstance(node, NullValueNode):
        return "null"
    if isinstance(node, ListValueNode):
        return "[" + ",".join(value_text(item) for item in node.values) + "]"
    if isinstance(node, ObjectValueNode):
        fields = sorted(f"{item.name.value}:{value_text(item.value)}" for item in node.fields)
        return "{" + ",".join(fields) + "}"
    raise TypeError(f"not a GraphQL value: {node!r}")


def value_variables(node: ValueNode) -> list[str]:
    """Names of the variables that the value uses, in the order they are written."""
    if isinstance(node, VariableNode):
        return [node.name.value]
    if isinstance(node, ListValueNode):
        return [name for item in node.values for name in value_variables(item)]
    if isinstance(node, ObjectValueNode):
        return [name for item in node.fields for name in value_variables(item.value)]
    return []


def python_value(node: ValueNode) -> object:
    """A constant value as plain Python; enum values become their names."""
    if isinstance(node, IntValueNode):
        return int(node.value)
    if isinstance(node, FloatValueNode):
        return float(node.value)
    if isinstance(node, StringValueNode | BooleanValueNode | EnumValueNode):
        return node.value
    if isinstance(node, ListValueNode):
        return [python_value(item) for item in node.values]
    if isinstance(node, ObjectValueNode):
        return {item.name.value: python_value(item.value) for item in node.fields}
    if isinstance(node, NullValueNode):
        return None
    raise TypeError(f"not a constant: {value_text(node)}")
