"""Domain errors in, union members out: the failures that a buyer can act upon."""

from typing import Annotated, Any

import strawberry

from shared.contracts.orders import OrderStatus
from shared.graphql import IdempotencyConflict, NotFound, Problem, Unauthenticated, ValidationFailed
from subgraphs.orders import models
from subgraphs.orders.api.types import Availability, Order, Ticket


@strawberry.type(description="Less is free than was asked for; held pieces may come free again.")
class SoldOut(Problem):
    availability: Availability


@strawberry.type(description="The listing is not in the version that was expected: look again.")
class TicketChanged(Problem):
    ticket: Ticket


@strawberry.type(description="More than one buyer may have of one ticket.")
class LimitExceeded(Problem):
    limit: int


@strawberry.type(description="The listing is paused or withdrawn.")
class NotOnSale(Problem):
    pass


@strawberry.type(description="Sellers do not buy from themselves.")
class OwnTicket(Problem):
    pass


@strawberry.type(description="The order is paid, or over.")
class OrderNotCancellable(Problem):
    status: OrderStatus


PlaceOrderResult = Annotated[
    Order
    | SoldOut
    | TicketChanged
    | LimitExceeded
    | NotOnSale
    | OwnTicket
    | NotFound
    | ValidationFailed
    | Unauthenticated
    | IdempotencyConflict,
    strawberry.union("PlaceOrderResult"),
]
CancelOrderResult = Annotated[
    Order | OrderNotCancellable | NotFound | Unauthenticated,
    strawberry.union("CancelOrderResult"),
]


def problem(error: models.DomainError) -> Any:
    """The union member that tells of `error`; re-raises what it does not know.

    `Any`: which members a field may answer is checked by the schema, not by the type checker.
    """
    code, message = error.code, str(error)
    match error:
        case models.InvalidOrder():
            return ValidationFailed.of({error.field: error.message})
        case models.SoldOut():
            availability = Availability.of(error.stock)
            return SoldOut(code=code, message=message, availability=availability)
        case models.TicketChanged():
            ticket = Ticket(id=strawberry.ID(str(error.ticket_id)))
            return TicketChanged(code=code, message=message, ticket=ticket)
        case models.LimitExceeded():
            return LimitExceeded(code=code, message=message, limit=error.limit)
        case models.NotOnSale():
            return NotOnSale(code=code, message=message)
        case models.OwnTicket():
            return OwnTicket(code=code, message=message)
        case models.TicketUnknown() | models.OrderUnknown():
            return NotFound(message=message)
        case models.KeyReused():
            return IdempotencyConflict(message=message)
        case models.OrderNotCancellable():
            return OrderNotCancellable(code=code, message=message, status=error.status)
    raise error
