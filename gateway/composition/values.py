"""Constant GraphQL values as plain Python data, from the AST and back to text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

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
)


@dataclass(frozen=True, slots=True)
class EnumLiteral:
    """An enum value as written, to be told apart from a string."""

    name: str


@dataclass(frozen=True, slots=True)
class FloatLiteral:
    """A float as written, so that printing loses nothing."""

    text: str


Value: TypeAlias = (
    bool
    | int
    | FloatLiteral
    | str
    | EnumLiteral
    | tuple["Value", ...]
    | Mapping[str, "Value"]
    | None
)


def from_ast(node: ValueNode) -> Value:
    """The value of a constant AST node. Raises ValueError for a variable."""
    match node:
        case NullValueNode():
            return None
        case BooleanValueNode() | StringValueNode():
            return node.value
        case IntValueNode():
            return int(node.value)
        case FloatValueNode():
            return FloatLiteral(node.value)
        case EnumValueNode():
            return EnumLiteral(node.value)
        case ListValueNode():
            return tuple(from_ast(item) for item in node.values)
        case ObjectValueNode():
            return {field.name.value: from_ast(field.value) for field in node.fields}
    raise ValueError(f"{node.kind} is not a constant")


def to_text(value: Value) -> str:
    """The value as GraphQL text; equal values give equal text."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case FloatLiteral():
            return value.text
        case EnumLiteral():
            return value.name
        case str():
            return json.dumps(value, ensure_ascii=False)
        case tuple():
            return f"[{', '.join(map(to_text, value))}]"
    return "{" + ", ".join(f"{name}: {to_text(item)}" for name, item in value.items()) + "}"


def same_value(left: Value, right: Value) -> bool:
    """Whether two values are the same GraphQL value (1 and true are not)."""
    return to_text(left) == to_text(right)
