"""Answers a document of `__schema` and `__type` fields from the API schema alone."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    MiddlewareManager,
    execute_sync,
    parse,
)

from gateway.errors import RequestRefused, formatted

Resolve = Callable[..., object]

PARSED_DOCUMENTS = 64
"""Introspection documents kept parsed: tools send the same few."""


def answer(
    api_schema: GraphQLSchema, document: str, variables: Mapping[str, object]
) -> dict[str, object]:
    """The data of `document` (response keys are its own), an introspection-only operation.

    `variables` may hold more than the document declares. Raises RequestRefused when graphql-core
    reports an error, which validation against `api_schema` rules out.
    """
    result = execute_sync(
        api_schema,
        _parsed(document),
        variable_values=dict(variables),
        middleware=MiddlewareManager(_own_one_of),
    )
    if result.errors or result.data is None:
        code = RequestRefused.code
        raise RequestRefused([formatted(error, code) for error in result.errors or ()])
    return result.data


def _own_one_of(
    resolve: Resolve, value: object, info: GraphQLResolveInfo[object], **given: object
) -> object:
    """`__Type.isOneOf` as the specification has it.

    Strawberry, which may run in this process as a subgraph, replaces the resolver for every
    schema by one that knows only its own types.
    """
    if info.field_name == "isOneOf":
        return value.is_one_of if isinstance(value, GraphQLInputObjectType) else None
    return resolve(value, info, **given)


@lru_cache(maxsize=PARSED_DOCUMENTS)
def _parsed(document: str) -> DocumentNode:
    return parse(document, no_location=True)
