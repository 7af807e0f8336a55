"""Field sets ("id owner { id }") as data, and the fields that they select in a subgraph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    parse,
    print_ast,
)

from gateway.composition.subgraph.model import Field, Subgraph
from gateway.composition.type_ref import base


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """One selected field; `selections` is None for a leaf."""

    name: str
    alias: str | None
    arguments: tuple[tuple[str, ValueNode], ...]
    directives: tuple[str, ...]
    selections: "tuple[Selection, ...] | None"


@dataclass(frozen=True, slots=True)
class Fragment:
    """An inline fragment; without `on` it stays on its parent's type."""

    on: str | None
    directives: tuple[str, ...]
    selections: "tuple[Selection, ...]"


Selection: TypeAlias = FieldSelection | Fragment


class FieldSetSyntaxError(ValueError):
    """The text is not a selection set without its outer braces."""


@lru_cache(maxsize=4096)
def parse_field_set(text: str) -> tuple[Selection, ...]:
    """The selections of a field set. Raises FieldSetSyntaxError."""
    inner = text.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        inner = f"{{{text}}}"
    try:
        document = parse(inner, no_location=True)
    except GraphQLSyntaxError as error:
        raise FieldSetSyntaxError(error.message) from error
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise FieldSetSyntaxError("it must be one selection of fields")
    selections = _selections(operation.selection_set)
    if not selections:
        raise FieldSetSyntaxError("it selects nothing")
    return selections


def _selections(node: SelectionSetNode) -> tuple[Selection, ...]:
    result: list[Selection] = []
    for child in node.selections:
        directives = tuple(directive.name.value for directive in child.directives or ())
        match child:
            case FieldNode():
                nested = child.selection_set
                result.append(
                    FieldSelection(
                        name=child.name.value,
                        alias=child.alias.value if child.alias else None,
                        arguments=tuple((a.name.value, a.value) for a in child.arguments or ()),
                        directives=directives,
                        selections=_selections(nested) if nested else None,
                    )
                )
            case InlineFragmentNode():
                on = child.type_condition.name.value if child.type_condition else None
                result.append(Fragment(on, directives, _selections(child.selection_set)))
            case FragmentSpreadNode():
                raise FieldSetSyntaxError("it must not spread named fragments")
    return tuple(result)


def selected_fields(
    subgraph: Subgraph, parent: str, selections: Sequence[Selection]
) -> Iterator[tuple[str, Field]]:
    """(type name, field) for every field selected, nested ones too; unknown ones are skipped."""
    definition = subgraph.types.get(parent)
    for selection in selections:
        if isinstance(selection, Fragment):
            yield from selected_fields(subgraph, selection.on or parent, selection.selections)
            continue
        found = definition.fields.get(selection.name) if definition else None
        if found is None:
            continue
        yield parent, found
        if selection.selections:
            yield from selected_fields(subgraph, base(found.type), selection.selections)


def field_set_text(value: object) -> str | None:
    """The argument of @key, @requires or @provides as one string, None when it is no such thing."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
        return " ".join(value)
    return None


def try_field_set(value: object) -> tuple[Selection, ...]:
    """The selections of a directive's `fields`, empty when they do not parse."""
    text = field_set_text(value)
    if text is None:
        return ()
    try:
        return parse_field_set(text)
    except FieldSetSyntaxError:
        return ()


def print_selections(selections: Sequence[Selection]) -> str:
    """Selections as a field set again."""
    return " ".join(_print(selection) for selection in selections)


def _print(selection: Selection) -> str:
    if isinstance(selection, Fragment):
        head = f"... on {selection.on}" if selection.on else "..."
        return f"{head} {{ {print_selections(selection.selections)} }}"
    head = f"{selection.alias}: {selection.name}" if selection.alias else selection.name
    if selection.arguments:
        arguments = ", ".join(f"{name}: {print_ast(v)}" for name, v in selection.arguments)
        head = f"{head}({arguments})"
    if selection.selections is None:
        return head
    return f"{head} {{ {print_selections(selection.selections)} }}"
