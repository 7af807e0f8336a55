"""Makes a failing operation small: selections go, one after the other, while it still fails."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language import REMOVE, Visitor, VisitorAction

from gateway.fuzz.operations import Operation

Fails = Callable[[Operation], Awaitable[bool]]
MAX_ATTEMPTS = 2_000


async def shrink(operation: Operation, schema: GraphQLSchema, fails: Fails) -> Operation:
    """The smallest operation found that still fails; at most MAX_ATTEMPTS are tried."""
    attempts = 0
    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in candidates(operation):
            if validate(schema, parse(candidate.text)):
                continue
            attempts += 1
            if attempts > MAX_ATTEMPTS:
                return operation
            if await fails(candidate):
                operation, shrunk = candidate, True
                break
    return operation


def candidates(operation: Operation) -> Iterator[Operation]:
    """The operation with one selection less, or one fragment replaced by what is in it."""
    document = parse(operation.text, no_location=True)
    for removed in selections(document):
        smaller = without(document, removed)
        if all_selected(smaller):
            yield tidy(operation, smaller)
    for removed in selections(document):
        if isinstance(removed, FieldNode) and (removed.alias or removed.directives):
            yield tidy(operation, bare(document, removed))


def selections(document: DocumentNode) -> list[FieldNode | InlineFragmentNode | FragmentSpreadNode]:
    """Every selection, outermost first."""
    found: list[FieldNode | InlineFragmentNode | FragmentSpreadNode] = []
    pending: list[SelectionSetNode] = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while pending:
        for selection in pending.pop(0).selections:
            assert isinstance(selection, FieldNode | InlineFragmentNode | FragmentSpreadNode)
            found.append(selection)
            below = getattr(selection, "selection_set", None)
            if below is not None:
                pending.append(below)
    return found


def all_selected(document: DocumentNode) -> bool:
    """Whether no selection set has become empty."""
    return "{}" not in print_ast(document).replace(" ", "").replace("\n", "")


def without(document: DocumentNode, removed: object) -> DocumentNode:
    class Remove(Visitor):
        def enter(self, node: object, *_: object) -> VisitorAction:
            return REMOVE if node is removed else None

    result: DocumentNode = visit(document, Remove())
    return result


def bare(document: DocumentNode, target: FieldNode) -> DocumentNode:
    plain = FieldNode(
        name=target.name,
        arguments=target.arguments,
        selection_set=target.selection_set,
        directives=(),
        alias=None,
    )

    class Replace(Visitor):
        def enter(self, node: object, *_: object) -> object:
            return plain if node is target else None

    result: DocumentNode = visit(document, Replace())
    return result


def tidy(operation: Operation, document: DocumentNode) -> Operation:
    """Drop what nothing uses any more: fragments, variables."""
    text = print_ast(document)
    used_fragments = {name for name in fragment_names(document) if f"...{name}" in text}
    kept = tuple(
        definition
        for definition in document.definitions
        if not isinstance(definition, FragmentDefinitionNode)
        or definition.name.value in used_fragments
    )
    kept = tuple(without_unused_variables(definition, kept) for definition in kept)
    smaller = print_ast(DocumentNode(definitions=kept))
    variables = {
        name: value for name, value in operation.variables.items() if f"${name}:" in smaller
    }
    return replace(operation, text=smaller, variables=variables)


def fragment_names(document: DocumentNode) -> list[str]:
    return [
        definition.name.value
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    ]


def without_unused_variables(
    definition: DefinitionNode, kept: tuple[DefinitionNode, ...]
) -> DefinitionNode:
    if not isinstance(definition, OperationDefinitionNode):
        return definition
    bodies = " ".join(
        print_ast(item.selection_set)
        for item in kept
        if isinstance(item, OperationDefinitionNode | FragmentDefinitionNode)
    )
    used = set(re.findall(r"\$(\w+)", bodies))
    return OperationDefinitionNode(
        operation=definition.operation,
        name=definition.name,
        directives=definition.directives,
        selection_set=definition.selection_set,
        variable_definitions=tuple(
            item
            for item in definition.variable_definitions or ()
            if item.variable.name.value in used
        ),
    )
