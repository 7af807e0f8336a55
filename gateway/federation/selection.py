"""Field sets (`@key`, `@requires`, `@provides`, context selections): text in, frozen trees out."""

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from gateway.federation.values import value_text


class FieldSetError(ValueError):
    """A field set that does not parse; the message holds its text."""


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """A field of a field set; `arguments` is canonical text (`(currency:"USD")`) or empty."""

    name: str
    arguments: str = ""
    selections: "SelectionSet" = ()


@dataclass(frozen=True, slots=True)
class FragmentSelection:
    """An inline fragment of a field set; `type_condition` None applies to any type."""

    type_condition: str | None
    selections: "SelectionSet" = ()


Selection = FieldSelection | FragmentSelection
SelectionSet = tuple[Selection, ...]


@lru_cache(maxsize=16_384)
def parse_selection(text: str) -> SelectionSet:
    """The field set in `text`, with or without outer braces; raises FieldSetError."""
    source = text.strip()
    if not source.startswith("{"):
        source = "{" + source + "}"
    try:
        definition = parse(source, no_location=True).definitions[0]
    except GraphQLError as error:
        raise FieldSetError(f"field set {text!r}: {error.message}") from error
    if not isinstance(definition, OperationDefinitionNode):
        raise FieldSetError(f"field set {text!r} is not a selection set")
    return _selections(definition.selection_set, text)


def _selections(node: SelectionSetNode | None, text: str) -> SelectionSet:
    if node is None:
        return ()
    result: list[Selection] = []
    for item in node.selections:
        if isinstance(item, FieldNode):
            arguments = arguments_text(item.arguments)
            result.append(
                FieldSelection(item.name.value, arguments, _selections(item.selection_set, text))
            )
        elif isinstance(item, InlineFragmentNode):
            condition = item.type_condition.name.value if item.type_condition else None
            result.append(FragmentSelection(condition, _selections(item.selection_set, text)))
        elif isinstance(item, FragmentSpreadNode):
            raise FieldSetError(f"field set {text!r} uses the named fragment {item.name.value}")
    return tuple(result)


def arguments_text(arguments: tuple[ArgumentNode, ...] | None) -> str:
    """Canonical text of arguments, sorted by name: equal text is the same field identity."""
    if not arguments:
        return ""
    parts = [f"{argument.name.value}:{value_text(argument.value)}" for argument in arguments]
    return "(" + ",".join(sorted(parts)) + ")"


def print_selection(selections: SelectionSet) -> str:
    """The field set as compact text without outer braces (`o{id} ...on A{x}`)."""
    return " ".join(_print_one(selection) for selection in selections)


def _print_one(selection: Selection) -> str:
    inner = "{" + print_selection(selection.selections) + "}" if selection.selections else ""
    if isinstance(selection, FieldSelection):
        return selection.name + selection.arguments + inner
    condition = f"on {selection.type_condition}" if selection.type_condition else ""
    return f"...{condition}{inner}"


def merge_selections(*sets: SelectionSet) -> SelectionSet:
    """The union of field sets: equal fields once, with their sub-selections merged."""
    merged: dict[tuple[str, str | None, str], list[SelectionSet]] = {}
    for selection in (item for one in sets for item in one):
        if isinstance(selection, FieldSelection):
            key: tuple[str, str | None, str] = ("field", selection.name, selection.arguments)
        else:
            key = ("fragment", selection.type_condition, "")
        merged.setdefault(key, []).append(selection.selections)
    result: list[Selection] = []
    for (kind, name, arguments), inner in merged.items():
        selections = merge_selections(*inner) if any(inner) else ()
        if kind == "field":
            result.append(FieldSelection(name or "", arguments, selections))
        else:
            result.append(FragmentSelection(name, selections))
    return tuple(result)
