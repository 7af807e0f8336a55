"""The root fields that write: one unit of work each, refusals as union members."""

from typing import Any
from uuid import UUID

import strawberry

from shared.contracts.tickets import TicketStatus
from shared.graphql import Unauthenticated
from shared.ids import parse_id
from subgraphs.tickets import service
from subgraphs.tickets.api.inputs import (
    CreateTicketInput,
    TicketPatch,
    clean_idempotency_key,
)
from subgraphs.tickets.api.types import (
    ChangeTicketStatusResult,
    CreateTicketResult,
    Info,
    Ticket,
    UpdateTicketResult,
    VersionConflict,
    WithdrawTicketResult,
    problem,
)
from subgraphs.tickets.errors import DomainError, TicketNotFound
from subgraphs.tickets.errors import VersionConflict as Stale


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Put up a ticket. A repeat with the same key gives the same ticket."
    )
    async def create_ticket(
        self,
        info: Info,
        input: CreateTicketInput,  # noqa: A002
        idempotency_key: strawberry.ID,
    ) -> CreateTicketResult:
        seller_id = info.context.user_id
        if seller_id is None:
            return Unauthenticated()
        try:
            command = service.CreateTicket(
                seller_id, input.to_details(), clean_idempotency_key(idempotency_key)
            )
            async with info.context.database.transaction() as session:
                return Ticket.of(await service.create_ticket(session, command))
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(
        description="Change details of one's ticket, if it still is at `expectedVersion`."
    )
    async def update_ticket(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        expected_version: int,
        patch: TicketPatch,
    ) -> UpdateTicketResult:
        seller_id = info.context.user_id
        if seller_id is None:
            return Unauthenticated()
        try:
            command = service.EditTicket(
                _known_id(id), seller_id, expected_version, patch.to_patch()
            )
            async with info.context.database.transaction() as session:
                return Ticket.of(await service.edit_ticket(session, command))
        except Stale as error:
            return await _conflict(info, error)
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(description="Take no orders for now; holds and sales stand.")
    async def pause_ticket(self, info: Info, id: strawberry.ID) -> ChangeTicketStatusResult:  # noqa: A002
        return await _change_status(info, id, TicketStatus.PAUSED)

    @strawberry.mutation(description="Take orders again.")
    async def resume_ticket(self, info: Info, id: strawberry.ID) -> ChangeTicketStatusResult:  # noqa: A002
        return await _change_status(info, id, TicketStatus.ON_SALE)

    @strawberry.mutation(description="Take no orders ever again; holds and sales stand.")
    async def withdraw_ticket(self, info: Info, id: strawberry.ID) -> WithdrawTicketResult:  # noqa: A002
        return await _change_status(info, id, TicketStatus.WITHDRAWN)


async def _change_status(info: Info, ticket_id: str, status: TicketStatus) -> Any:
    """A member of either result; `Any` because the two unions are different types."""
    seller_id = info.context.user_id
    if seller_id is None:
        return Unauthenticated()
    try:
        known_id = _known_id(ticket_id)
        async with info.context.database.transaction() as session:
            return Ticket.of(await service.change_status(session, known_id, seller_id, status))
    except DomainError as error:
        return problem(error)


async def _conflict(info: Info, error: Stale) -> VersionConflict:
    """Read after the lost edit was rolled back, so it shows what the winner wrote."""
    async with info.context.database.reading() as session:
        current = await service.ticket(session, error.ticket_id)
    return VersionConflict(code=error.code, message=str(error), current=Ticket.of(current))


def _known_id(sent: str) -> UUID:
    ticket_id = parse_id(sent)
    if ticket_id is None:
        raise TicketNotFound(sent)
    return ticket_id
