"""Validation rules that bound what one operation may ask for, built once per process.

Strawberry's own limiters build new rule classes per request, which defeats its validation
cache; these are module-level classes.
"""

from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VisitorAction,
)

MAX_TOKENS = 15_000
MAX_DEPTH = 25
MAX_FIELDS = 3_000
"""Selected fields, fragments spread out: what a document of few tokens can still multiply."""
MAX_ROOT_FIELDS = 200
"""Root fields are the ones that do work by themselves, aliases included."""


class OperationSizeRule(ASTValidationRule):
    """Refuses operations that are too deep, too large, or have too many root fields."""

    def enter_document(self, node: DocumentNode, *_: Any) -> VisitorAction:
        fragments = {
            definition.name.value: definition
            for definition in node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._check(definition, _Measure(fragments))
        return None

    def _check(self, operation: OperationDefinitionNode, measure: "_Measure") -> None:
        fields, depth, root_fields = measure.of(operation.selection_set)
        for name, value, limit in (
            ("fields", fields, MAX_FIELDS),
            ("levels", depth, MAX_DEPTH),
            ("root fields", root_fields, MAX_ROOT_FIELDS),
        ):
            if value > limit:
                message = f"The operation has {value} {name}; {limit} are allowed."
                extensions = {"code": "OPERATION_TOO_LARGE"}
                self.report_error(GraphQLError(message, operation, extensions=extensions))


class _Measure:
    """(fields, depth, fields at the top) of selection sets; each fragment is measured once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int, int]] = {}

    def of(self, selection_set: SelectionSetNode | None) -> tuple[int, int, int]:
        fields = depth = top = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                inner_fields, inner_depth, _ = self.of(selection.selection_set)
                inner_fields, inner_depth, inner_top = inner_fields + 1, inner_depth + 1, 1
            elif isinstance(selection, InlineFragmentNode):
                inner_fields, inner_depth, inner_top = self.of(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                inner_fields, inner_depth, inner_top = self._of_fragment(selection.name.value)
            else:
                continue
            fields, depth, top = fields + inner_fields, max(depth, inner_depth), top + inner_top
        return fields, depth, top

    def _of_fragment(self, name: str) -> tuple[int, int, int]:
        """A cycle or an unknown name counts nothing: the standard rules refuse those."""
        if name not in self._known:
            self._known[name] = (0, 0, 0)
            if name in self._fragments:
                self._known[name] = self.of(self._fragments[name].selection_set)
        return self._known[name]


RULES: list[type[ASTValidationRule]] = [OperationSizeRule]
