"""A validated operation in, a `NormalOperation` out: the first stage of planning.

What is left has no fragments, no static conditions and no repeated fields. In flow order:
`collect` opens fragments into sets of runtime types, turns `@skip`/`@include` into `conditions`
and merges; `introspection_part` splits off what the API schema answers by itself; `fields` is the
result, and prints it. Fields keep the client's response keys only for the answer's shape: what
is fetched goes by `Identity`.
"""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)

from gateway.federation.type_text import type_text
from gateway.federation.values import value_text
from gateway.operation.document import select_operation
from gateway.operation.normalise.collect import Collector, Scope
from gateway.operation.normalise.fields import (
    Identity,
    NormalField,
    NormalOperation,
    VariableDefinition,
    print_operation,
)
from gateway.operation.normalise.introspection_part import introspection_part

__all__ = [
    "Identity",
    "NormalField",
    "NormalOperation",
    "VariableDefinition",
    "normalise",
    "print_operation",
]


def normalise(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    runtime_types: Mapping[str, frozenset[str]],
) -> NormalOperation:
    """The operation of a document that is valid by the API schema `schema`.

    `runtime_types` names the possible object types of every composite type. Raises
    OperationNotResolved for a missing or unknown operation name.
    """
    operation = select_operation(document, operation_name)
    root = schema.get_root_type(OperationType(operation.operation))
    if root is None:
        raise ValueError(f"the schema has no {operation.operation.value} type")
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    collector = Collector(schema, fragments, runtime_types)
    return NormalOperation(
        kind=operation.operation.value,
        name=operation.name.value if operation.name else None,
        root_type=root.name,
        selections=collector.collect(root, [Scope(operation.selection_set)]),
        variables=_variables(operation),
        introspection=introspection_part(operation, fragments),
    )


def _variables(operation: OperationDefinitionNode) -> dict[str, VariableDefinition]:
    return {
        node.variable.name.value: VariableDefinition(
            node.variable.name.value,
            type_text(node.type),
            value_text(node.default_value) if node.default_value is not None else None,
        )
        for node in operation.variable_definitions or ()
    }
