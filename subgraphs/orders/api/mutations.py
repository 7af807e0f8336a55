"""The root fields that write: one unit of work each, refusals as union members."""

import strawberry

from shared.graphql import Unauthenticated
from shared.ids import parse_id
from subgraphs.orders import service
from subgraphs.orders.api.context import Info
from subgraphs.orders.api.results import CancelOrderResult, PlaceOrderResult, problem
from subgraphs.orders.api.types import Order
from subgraphs.orders.models import DomainError, OrderRequest, OrderUnknown, TicketUnknown


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Hold a quantity of a ticket for the viewer, to be paid by `expiresAt`. A "
        "repeat with the same key gives the same order. `holdSeconds` asks for a shorter hold."
    )
    async def place_order(
        self,
        info: Info,
        ticket_id: strawberry.ID,
        idempotency_key: strawberry.ID,
        quantity: int = 1,
        expected_ticket_version: int | None = None,
        hold_seconds: int | None = None,
    ) -> PlaceOrderResult:
        buyer_id = info.context.user_id
        if buyer_id is None:
            return Unauthenticated()
        try:
            known_id = parse_id(ticket_id)
            if known_id is None:
                raise TicketUnknown(ticket_id)
            request = OrderRequest(
                buyer_id=buyer_id,
                ticket_id=known_id,
                quantity=quantity,
                idempotency_key=idempotency_key,
                expected_ticket_version=expected_ticket_version,
                hold_seconds=hold_seconds,
            )
            async with info.context.database.transaction() as session:
                placed = await service.place_order(session, request, info.context.rules)
            return Order.of(placed)
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(description="Give up one's order before it is paid; harmless to repeat.")
    async def cancel_order(self, info: Info, id: strawberry.ID) -> CancelOrderResult:  # noqa: A002
        buyer_id = info.context.user_id
        if buyer_id is None:
            return Unauthenticated()
        try:
            known_id = parse_id(id)
            if known_id is None:
                raise OrderUnknown(id)
            async with info.context.database.transaction() as session:
                cancelled = await service.cancel_order(session, buyer_id, known_id)
            return Order.of(cancelled)
        except DomainError as error:
            return problem(error)
