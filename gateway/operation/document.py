"""A document's text in; a parsed, validated document and the selected operation out."""

from collections.abc import Sequence

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)

from gateway.errors import OperationNotResolved, ParseFailed, ValidationFailed
from gateway.operation.limits import NO_LIMITS, Limits, check_document, check_text
from gateway.operation.rules import rules_for

MAX_VALIDATION_ERRORS = 50
"""Errors reported for one document; validation stops there."""


def parse_document(text: str, limits: Limits = NO_LIMITS) -> DocumentNode:
    """The parsed document, with locations for error messages.

    Raises ParseFailed, or LimitExceeded where the text is larger than `limits` allow; both before
    any work that grows faster than the text.
    """
    check_text(text, limits)
    try:
        document = parse(text)
    except GraphQLError as error:
        raise ParseFailed.from_graphql([error]) from None
    check_document(document, limits)
    return document


def validate_document(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Check the document by the rules of the GraphQL specification against the API schema.

    Raises ValidationFailed with every error found, at most MAX_VALIDATION_ERRORS.
    """
    rules = None if document.loc is None else rules_for(document.loc.source.body)
    errors = validate(schema, document, rules, max_errors=MAX_VALIDATION_ERRORS)
    if errors:
        raise ValidationFailed.from_graphql(errors)


def select_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that `operationName` picks (GraphQL spec, GetOperation).

    None (and, as clients send it, the empty string) means the document's only operation. Raises
    OperationNotResolved, naming the operations there are.
    """
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if not operations:
        raise OperationNotResolved.because("Must provide an operation.")
    if not name:
        if len(operations) == 1:
            return operations[0]
        raise OperationNotResolved.because(
            "Must provide operation name if query contains multiple operations: "
            f"send operationName as one of {_names(operations)}."
        )
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise OperationNotResolved.because(
        f'Unknown operation named "{name}"; the document has {_names(operations)}.'
    )


def _names(operations: Sequence[OperationDefinitionNode]) -> str:
    names = [f'"{node.name.value}"' for node in operations if node.name is not None]
    return ", ".join(names) if names else "only an anonymous operation"
