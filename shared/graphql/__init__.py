"""What all Strawberry applications here have in common; a schema in, a served service out.

types    what several subgraphs declare alike: Money, Problem and its kinds, PageInfo
scalars  MinorUnits, DateTime: strict on the way in
errors   which errors a client sees, with a code; everything else is masked
limits   validation rules against oversized operations, built once
schema   the federated schema with its extensions and caches
context  what a resolver gets: identity, database, loaders
app      the ASGI application: HTTP, graphql-transport-ws, health
"""

from shared.graphql.app import GraphQLService, graphql_app, service_app
from shared.graphql.context import Context
from shared.graphql.errors import BadUserInput, PublicError
from shared.graphql.scalars import MinorUnits
from shared.graphql.schema import federated_schema
from shared.graphql.types import (
    FieldProblem,
    Forbidden,
    IdempotencyConflict,
    Money,
    MoneyInput,
    NotFound,
    PageInfo,
    Problem,
    RateLimited,
    Unauthenticated,
    ValidationFailed,
)

__all__ = [
    "BadUserInput",
    "Context",
    "FieldProblem",
    "Forbidden",
    "GraphQLService",
    "IdempotencyConflict",
    "MinorUnits",
    "Money",
    "MoneyInput",
    "NotFound",
    "PageInfo",
    "Problem",
    "PublicError",
    "RateLimited",
    "Unauthenticated",
    "ValidationFailed",
    "federated_schema",
    "graphql_app",
    "service_app",
]
