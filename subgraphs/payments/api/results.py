"""Domain errors in, union members out: the failures that a buyer or seller can act upon."""

from typing import Annotated, Any

import strawberry

from shared.graphql import (
    Forbidden,
    IdempotencyConflict,
    Money,
    NotFound,
    Problem,
    Unauthenticated,
    ValidationFailed,
)
from subgraphs.payments import models
from subgraphs.payments.api.types import Payment, Refund


@strawberry.type(description="What a browser needs to pay.")
class PaymentReady:
    payment: Payment
    client_secret: str
    publishable_key: str
    element_url: str | None = strawberry.field(
        description="The sandbox's payment page; null when the provider is Stripe."
    )


@strawberry.type(description="The order is expired, cancelled, or over.")
class OrderNotPayable(Problem):
    status: str


@strawberry.type(description="The order is authorised or captured.")
class AlreadyPaid(Problem):
    pass


@strawberry.type(description="The order has just been placed; ask again.")
class OrderNotReady(Problem):
    retry_after: int = strawberry.field(description="Milliseconds.")


@strawberry.type(description="The payment provider does not answer; ask again with the same key.")
class PaymentUnavailable(Problem):
    retry_after: int = strawberry.field(description="Milliseconds.")


@strawberry.type(description="The provider refuses such a payment, for example so small an amount.")
class PaymentRefused(Problem):
    pass


@strawberry.type(description="More than is left of the payment, or nothing was captured.")
class NotRefundable(Problem):
    refundable: Money


StartPaymentResult = Annotated[
    PaymentReady
    | OrderNotPayable
    | AlreadyPaid
    | OrderNotReady
    | PaymentUnavailable
    | PaymentRefused
    | NotFound
    | ValidationFailed
    | Unauthenticated
    | IdempotencyConflict,
    strawberry.union("StartPaymentResult"),
]
RefundOrderResult = Annotated[
    Refund
    | NotRefundable
    | NotFound
    | Forbidden
    | ValidationFailed
    | Unauthenticated
    | IdempotencyConflict,
    strawberry.union("RefundOrderResult"),
]


def problem(error: models.DomainError) -> Any:
    """The union member that tells of `error`; re-raises what it does not know.

    `Any`: which members a field may answer is checked by the schema, not by the type checker.
    """
    code, message = error.code, str(error)
    match error:
        case models.InvalidArgument():
            return ValidationFailed.of({error.field: error.message})
        case models.OrderUnknown():
            return NotFound(message=message)
        case models.OrderNotReady():
            return OrderNotReady(code=code, message=message, retry_after=error.retry_after_ms)
        case models.OrderNotPayable():
            return OrderNotPayable(code=code, message=message, status=error.status.value)
        case models.AlreadyPaid():
            return AlreadyPaid(code=code, message=message)
        case models.KeyReused():
            return IdempotencyConflict(message=message)
        case models.NotTheSeller():
            return Forbidden(message=message)
        case models.NotRefundable():
            refundable = Money.of(error.refundable)
            return NotRefundable(code=code, message=message, refundable=refundable)
    raise error
