"""The types that several subgraphs declare alike. Expected failures are `Problem`s in unions."""

from typing import Self

import strawberry
from strawberry import federation

from shared.graphql.scalars import MinorUnits
from shared.money import Money as MoneyValue


@federation.type(shareable=True, description="An amount of money in minor units of a currency.")
class Money:
    amount: MinorUnits
    currency: str

    @classmethod
    def of(cls, value: MoneyValue) -> Self:
        """The GraphQL value of a domain amount."""
        return cls(amount=MinorUnits(value.amount_minor), currency=value.currency)


@strawberry.input(description="An amount of money in minor units of an ISO 4217 currency.")
class MoneyInput:
    amount: MinorUnits
    currency: str

    def to_money(self) -> MoneyValue:
        """The domain amount. Raises shared.money.MoneyError."""
        return MoneyValue(self.amount, self.currency)


@federation.type(shareable=True, description="Where a page of a connection begins and ends.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None = None
    end_cursor: str | None = None


@strawberry.interface(description="An expected failure, to be handled by its code.")
class Problem:
    code: str
    message: str


@federation.type(shareable=True, description="What is wrong with one field of an input.")
class FieldProblem:
    field: str
    message: str


@federation.type(shareable=True, description="The input breaks rules; nothing was changed.")
class ValidationFailed(Problem):
    fields: list[FieldProblem]
    code: str = "VALIDATION_FAILED"
    message: str = "Some fields are not valid."

    @classmethod
    def of(cls, problems: dict[str, str]) -> Self:
        """From field names (as the client spells them) and messages."""
        return cls(fields=[FieldProblem(field=f, message=m) for f, m in problems.items()])


@federation.type(shareable=True, description="One has to be signed in for this.")
class Unauthenticated(Problem):
    code: str = "UNAUTHENTICATED"
    message: str = "Sign in first."


@federation.type(shareable=True, description="Signed in, but not allowed to do this.")
class Forbidden(Problem):
    code: str = "FORBIDDEN"
    message: str = "You are not allowed to do this."


@federation.type(shareable=True, description="There is no such thing, or it is not yours to see.")
class NotFound(Problem):
    code: str = "NOT_FOUND"
    message: str = "There is no such thing."


@federation.type(shareable=True, description="Too often; try again after `retryAfter` seconds.")
class RateLimited(Problem):
    retry_after: int
    code: str = "RATE_LIMITED"
    message: str = "Too many attempts. Try again later."


@federation.type(
    shareable=True, description="The idempotency key was used before with other arguments."
)
class IdempotencyConflict(Problem):
    code: str = "IDEMPOTENCY_CONFLICT"
    message: str = "This idempotency key was used before with other arguments."
