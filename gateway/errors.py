"""The gateway's exceptions: one tree, one class per cause, each with a `code`.

    GatewayError
    ├── SettingsError             SETTINGS_INVALID: the start stops
    ├── ConfigError               CONFIG_INVALID: a file or argument of the command line
    ├── CompositionFailed         COMPOSITION_FAILED: subgraphs that do not compose
    └── RequestRefused            a GraphQL request that is not executed
        ├── ParseFailed              GRAPHQL_PARSE_FAILED
        ├── ValidationFailed         GRAPHQL_VALIDATION_FAILED
        ├── LimitExceeded            OPERATION_LIMIT_EXCEEDED: tokens, depth, aliases ...
        ├── OperationNotResolved     OPERATION_RESOLUTION_FAILURE: by `operationName`
        ├── AccessDenied             UNAUTHORIZED_FIELD_OR_TYPE: guarded elements
        ├── BadVariables             BAD_USER_INPUT
        ├── PersistedQueryNotFound   PERSISTED_QUERY_NOT_FOUND
        ├── PersistedQueryMismatch   PERSISTED_QUERY_MISMATCH
        ├── DocumentNotTrusted       DOCUMENT_NOT_TRUSTED
        ├── IdentityUnavailable      IDENTITY_UNAVAILABLE: no session exchange
        ├── RateLimited              RATE_LIMITED
        └── SubscriptionOutdated     SUBSCRIPTION_SCHEMA_RELOAD: no longer in the schema

A `RequestRefused` carries the GraphQL errors that the client gets; what HTTP status that is, the
server decides (`gateway.server.http_response`). A subgraph's failure is data, not an exception.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from graphql import GraphQLError

FormattedError = Mapping[str, object]
"""One GraphQL error as the client gets it: message, locations, path, extensions."""

INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class GatewayError(Exception):
    """Root of the tree; `code` names the cause to programs, the message to people."""

    code = INTERNAL_SERVER_ERROR


class SettingsError(GatewayError):
    """One or more settings are wrong; the message has a line for each."""

    code = "SETTINGS_INVALID"


class ConfigError(GatewayError):
    """A file or argument that the command line was given cannot be used."""

    code = "CONFIG_INVALID"


class CompositionFailed(GatewayError):
    """The subgraphs of a config do not compose; the message has a line for each error."""

    code = "COMPOSITION_FAILED"


class RequestRefused(GatewayError):
    """The request is not executed; `errors` is what the client gets in place of data."""

    def __init__(self, errors: Sequence[FormattedError]) -> None:
        super().__init__("; ".join(str(error.get("message")) for error in errors))
        self.errors = tuple(errors)

    @classmethod
    def because(cls, message: str, **extensions: object) -> Self:
        """The refusal with one error of `message`; `extensions` stand beside its code."""
        return cls([{"message": message, "extensions": {"code": cls.code, **extensions}}])

    @classmethod
    def from_graphql(cls, errors: Sequence[GraphQLError]) -> Self:
        """The refusal with graphql-core's errors, each with this class's code."""
        return cls([formatted(error, cls.code) for error in errors])


class ParseFailed(RequestRefused):
    """The document is not GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailed(RequestRefused):
    """The document breaks a validation rule or does not fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class LimitExceeded(RequestRefused):
    """The document is larger than the settings allow."""

    code = "OPERATION_LIMIT_EXCEEDED"


class OperationNotResolved(RequestRefused):
    """`operationName` is missing, unknown or ambiguous."""

    code = "OPERATION_RESOLUTION_FAILURE"


class AccessDenied(RequestRefused):
    """The document selects elements that are guarded by access-control directives."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"

    @classmethod
    def to(cls, coordinates: Iterable[str]) -> Self:
        """The refusal with an error for each schema coordinate."""
        return cls(
            [
                {
                    "message": f"Access to {coordinate} is guarded, and this gateway takes no "
                    "decision about callers yet: leave it out.",
                    "extensions": {"code": cls.code, "coordinate": coordinate},
                }
                for coordinate in coordinates
            ]
        )


class BadVariables(RequestRefused):
    """The values of the variables do not fit their types."""

    code = "BAD_USER_INPUT"


class PersistedQueryNotFound(RequestRefused):
    """The hash of an automatic persisted query is not known (yet): send it with the query."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class PersistedQueryMismatch(RequestRefused):
    """The hash that came with a document is not its hash."""

    code = "PERSISTED_QUERY_MISMATCH"


class DocumentNotTrusted(RequestRefused):
    """The document is not in the manifest of trusted documents."""

    code = "DOCUMENT_NOT_TRUSTED"


class IdentityUnavailable(RequestRefused):
    """The session exchange cannot be reached, so nobody can say who the client is."""

    code = "IDENTITY_UNAVAILABLE"


class RateLimited(RequestRefused):
    """The client has sent more than it may; `extensions.retryAfter` says when to come back."""

    code = "RATE_LIMITED"
    retry_after_seconds = 1

    @classmethod
    def until(cls, retry_after_seconds: int) -> Self:
        """The refusal of a client that may ask again in so many seconds."""
        refused = cls.because(
            f"Too many requests; try again in {retry_after_seconds} s.",
            retryAfter=retry_after_seconds,
        )
        refused.retry_after_seconds = retry_after_seconds
        return refused


class SubscriptionOutdated(RequestRefused):
    """A running subscription is not valid on the schema that has been reloaded."""

    code = "SUBSCRIPTION_SCHEMA_RELOAD"


def formatted(error: GraphQLError, code: str) -> FormattedError:
    """A graphql-core error as the client gets it, with `extensions.code` (its own code wins)."""
    plain: dict[str, object] = {"message": error.message}
    if error.locations:
        plain["locations"] = [
            {"line": location.line, "column": location.column} for location in error.locations
        ]
    if error.path is not None:
        plain["path"] = list(error.path)
    plain["extensions"] = {"code": code, **(error.extensions or {})}
    return plain
