"""Answers a document of `__schema` and `__type` fields from the API schema alone."""

from collections.abc import Mapping
from functools import lru_cache

from graphql import DocumentNode, GraphQLSchema, execute_sync, parse

from gateway.errors import RequestRefused, formatted

PARSED_DOCUMENTS = 64
"""Introspection documents kept parsed: tools send the same few."""


def answer(
    api_schema: GraphQLSchema, document: str, variables: Mapping[str, object]
) -> dict[str, object]:
    """The data of `document` (response keys are its own), an introspection-only operation.

    `variables` may hold more than the document declares. Raises RequestRefused when graphql-core
    reports an error, which validation against `api_schema` rules out.
    """
    result = execute_sync(api_schema, _parsed(document), variable_values=dict(variables))
    if result.errors or result.data is None:
        code = RequestRefused.code
        raise RequestRefused([formatted(error, code) for error in result.errors or ()])
    return result.data


@lru_cache(maxsize=PARSED_DOCUMENTS)
def _parsed(document: str) -> DocumentNode:
    return parse(document, no_location=True)
