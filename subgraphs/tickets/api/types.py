"""The tickets subgraph's types: domain values in, what the graph shows out."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self, TypeAlias

import strawberry
from strawberry import federation

from shared.contracts.tickets import TicketStatus
from shared.graphql import (
    BadUserInput,
    Context,
    FieldProblem,
    Forbidden,
    IdempotencyConflict,
    Money,
    NotFound,
    PageInfo,
    Problem,
    Unauthenticated,
    ValidationFailed,
)
from shared.ids import parse_id
from shared.money import Money as MoneyValue
from subgraphs.tickets import errors, models
from subgraphs.tickets.api.inputs import NOBODY, TicketFilter, TicketSort
from subgraphs.tickets.listing import BadCursor, Filter, Place, count, encode_cursor, page
from subgraphs.tickets.loaders import load_tickets

Info: TypeAlias = strawberry.Info[Context, None]

PAGE_MAXIMUM = 100


@federation.type(keys=["id"], description="Somebody with an account, as the tickets see them.")
class User:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> Self:  # noqa: A002
        return cls(id=id)

    @strawberry.field(
        description="What this person sells. To themself everything, newest first; to others "
        "what is on sale and still to come, unless the filter says otherwise."
    )
    async def tickets(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: TicketFilter | None = None,  # noqa: A002
        sort: TicketSort | None = None,
    ) -> "TicketConnection":
        seller_id = parse_id(self.id) or NOBODY
        wanted = (filter or TicketFilter()).to_filter(everything=seller_id == info.context.user_id)
        place = Place(first, after, (sort or TicketSort()).to_sort())
        return await TicketConnection.load(info, replace(wanted, seller_id=seller_id), place)


@federation.type(
    keys=["id"], description="A listing: what, when and where, for how much, how many."
)
class Ticket:
    id: strawberry.ID
    version: int = strawberry.field(description="Counts the changes; give it back when editing.")
    title: str
    description: str
    venue: str
    starts_at: datetime
    time_zone: str = strawberry.field(description="IANA name: where the event's clock hangs.")
    price: Money
    quantity: int = strawberry.field(description="How many are put up in all.")
    status: TicketStatus
    seller: User
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, ticket: models.Ticket) -> Self:
        """The graph's view of the aggregate."""
        return cls(
            id=strawberry.ID(str(ticket.id)),
            version=ticket.version,
            title=ticket.title,
            description=ticket.description,
            venue=ticket.venue,
            starts_at=ticket.starts_at,
            time_zone=ticket.time_zone,
            price=Money.of(MoneyValue(ticket.price_minor, ticket.currency)),
            quantity=ticket.quantity,
            status=ticket.status,
            seller=User(id=strawberry.ID(str(ticket.seller_id))),
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> Self | None:  # noqa: A002
        return await cls.find(info, id)

    @classmethod
    async def find(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """The ticket of an id, loaded together with all others of the request."""
        ticket_id = parse_id(id)
        if ticket_id is None:
            return None
        found = await info.context.loader(load_tickets).load(ticket_id)
        return None if found is None else cls.of(found)


@strawberry.type
class TicketEdge:
    cursor: str
    node: Ticket


@strawberry.type(
    description="A page of tickets; pass `pageInfo.endCursor` as `after` for the next."
)
class TicketConnection:
    edges: list[TicketEdge]
    page_info: PageInfo
    wanted: strawberry.Private[Filter]

    @classmethod
    async def load(cls, info: Info, wanted: Filter, place: Place) -> Self:
        """One page of what is wanted. Raises BadUserInput for an impossible place."""
        if not 0 <= place.first <= PAGE_MAXIMUM:
            raise BadUserInput(f"first: {place.first} is out of range; give 0 to {PAGE_MAXIMUM}")
        try:
            async with info.context.database.reading() as session:
                found = await page(session, wanted, place)
        except BadCursor as error:
            raise BadUserInput(f"after: {error}") from error
        edges = [
            TicketEdge(cursor=encode_cursor(each, place.sort), node=Ticket.of(each))
            for each in found.tickets
        ]
        page_info = PageInfo(
            has_next_page=found.has_next,
            has_previous_page=place.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=page_info, wanted=wanted)

    @strawberry.field(description="How many tickets the filter has in all.")
    async def total_count(self, info: Info) -> int:
        async with info.context.database.reading() as session:
            return await count(session, self.wanted)


@strawberry.type(description="Somebody edited the ticket meanwhile: compare, then edit `current`.")
class VersionConflict(Problem):
    current: Ticket


@strawberry.type(description="Buyers hold or own what the change would take away.")
class TicketReserved(Problem):
    reserved: int = strawberry.field(description="How many are held or sold.")


@strawberry.type(description="A withdrawn ticket does not change any more.")
class TicketWithdrawn(Problem):
    pass


CreateTicketResult = Annotated[
    Ticket | ValidationFailed | Unauthenticated | IdempotencyConflict,
    strawberry.union("CreateTicketResult"),
]
UpdateTicketResult = Annotated[
    Ticket
    | VersionConflict
    | TicketReserved
    | TicketWithdrawn
    | NotFound
    | Forbidden
    | Unauthenticated
    | ValidationFailed,
    strawberry.union("UpdateTicketResult"),
]
ChangeTicketStatusResult = Annotated[
    Ticket | TicketWithdrawn | NotFound | Forbidden | Unauthenticated,
    strawberry.union("ChangeTicketStatusResult"),
]
WithdrawTicketResult = Annotated[
    Ticket | NotFound | Forbidden | Unauthenticated,
    strawberry.union("WithdrawTicketResult"),
]


def problem(error: errors.DomainError) -> Any:
    """The union member that tells the client of a refusal.

    `Any`: which members a field may answer is checked by the schema, not by the type checker.
    VersionConflict is not here, for it carries the ticket. Re-raises what it does not know.
    """
    match error:
        case errors.InvalidInput(fields=fields):
            return ValidationFailed(
                message=str(error),
                fields=[FieldProblem(field=each.field, message=each.message) for each in fields],
            )
        case errors.TicketReserved(reserved=reserved):
            return TicketReserved(code=error.code, message=str(error), reserved=reserved)
        case errors.TicketWithdrawn():
            return TicketWithdrawn(code=error.code, message=str(error))
        case errors.TicketNotFound():
            return NotFound(message=str(error))
        case errors.NotTheSeller():
            return Forbidden(message=str(error))
        case errors.IdempotencyConflict():
            return IdempotencyConflict(message=str(error))
    raise error
