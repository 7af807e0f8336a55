"""An execution's errors in, what the client may see out: public ones with a code, others masked.

A masked error keeps its place and carries the request id under which the log has the cause.
"""

import logging

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import MaskErrors

logger = logging.getLogger(__name__)

INTERNAL = "INTERNAL_SERVER_ERROR"


class PublicError(Exception):
    """An error whose message is meant for the client; `code` tells programs what it is."""

    code = "ERROR"

    @property
    def extensions(self) -> dict[str, str]:
        """What graphql-core puts into the error's `extensions`."""
        return {"code": self.code}


class BadUserInput(PublicError):
    """The client sent something that no retry makes valid."""

    code = "BAD_USER_INPUT"


class MaskedErrors(MaskErrors):
    """Gives each error a code, and hides what the client must not see."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=is_internal, error_message="Something went wrong here.")

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        request_id = getattr(self.execution_context.context, "request_id", None)
        logger.error(
            "%s failed (request %s): %s",
            "/".join(map(str, error.path or ())) or "the operation",
            request_id,
            error.message,
            exc_info=error.original_error,
        )
        masked = super().anonymise_error(error)
        masked.extensions = {"code": INTERNAL, "requestId": request_id}
        return masked

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        processed = super()._process_errors(errors)
        for error in processed:
            if not (error.extensions or {}).get("code"):
                error.extensions = {**(error.extensions or {}), "code": _code_of(error)}
        return processed


def is_internal(error: GraphQLError) -> bool:
    """Whether the error is a fault of ours, not one that the client can act upon."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError | PublicError):
        return False
    refused_before_execution = error.path is None and isinstance(original, ValueError)
    return not refused_before_execution


def _code_of(error: GraphQLError) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    if error.path is None and error.original_error is None:
        return "GRAPHQL_VALIDATION_FAILED"
    return BadUserInput.code
