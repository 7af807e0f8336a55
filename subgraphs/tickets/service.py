"""The use cases of the tickets service: a session and a command in, the ticket out.

None of them commits: the caller owns the unit of work. Whatever changes a ticket appends the
event that tells of it to the outbox in the same transaction.
"""

import hashlib
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from shared import outbox
from shared.contracts.events import Event
from shared.contracts.orders import StockSnapshot
from shared.contracts.tickets import TICKET_LISTED, TicketStatus
from shared.db import database_now
from shared.ids import uuid7
from subgraphs.tickets.details import TicketDetails, clean_details
from subgraphs.tickets.errors import IdempotencyConflict, TicketNotFound, VersionConflict
from subgraphs.tickets.models import Stock, Ticket


@dataclass(frozen=True, slots=True)
class CreateTicket:
    """List a ticket; the same (seller_id, idempotency_key) lists it once."""

    seller_id: UUID
    details: TicketDetails
    idempotency_key: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the details as they were sent: equal requests, equal digest."""
        return hashlib.sha256(
            orjson.dumps(asdict(self.details), option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
        ).digest()


@dataclass(frozen=True, slots=True)
class DetailsPatch:
    """New values for some of a ticket's details; None keeps what is there."""

    title: str | None = None
    description: str | None = None
    venue: str | None = None
    starts_at: datetime | None = None
    time_zone: str | None = None
    price: tuple[int, str] | None = None
    quantity: int | None = None

    def apply(self, details: TicketDetails) -> TicketDetails:
        """`details` with the values of this patch."""
        values = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "price" and getattr(self, field.name) is not None
        }
        if self.price is not None:
            values |= {"price_minor": self.price[0], "currency": self.price[1]}
        return replace(details, **values)

    @property
    def changed(self) -> frozenset[str]:
        """The GraphQL names of the fields that are given."""
        names = {"starts_at": "startsAt", "time_zone": "timeZone"}
        return frozenset(
            names.get(field.name, field.name)
            for field in fields(self)
            if getattr(self, field.name) is not None
        )


@dataclass(frozen=True, slots=True)
class EditTicket:
    """Change some details of the version of a ticket that the seller has seen."""

    ticket_id: UUID
    seller_id: UUID
    expected_version: int
    patch: DetailsPatch


async def create_ticket(session: AsyncSession, command: CreateTicket) -> Ticket:
    """List a ticket and announce it; a repeat gives the ticket of the first time.

    Raises IdempotencyConflict when the key stands for other details, InvalidInput.
    Parallel repeats wait for the first one's transaction and then get its ticket.
    """
    earlier = await _listed_with(session, command)
    if earlier is not None:
        return earlier
    now = await database_now(session)
    details = clean_details(command.details, now)
    listed: Ticket | None = await session.scalar(
        insert(Ticket)
        .values(
            id=uuid7(),
            seller_id=command.seller_id,
            version=1,
            status=TicketStatus.ON_SALE,
            **asdict(details),
            created_at=now,
            updated_at=now,
            idempotency_key=command.idempotency_key,
            request_digest=command.digest,
        )
        .on_conflict_do_nothing(constraint="uq_tickets_idempotency")
        .returning(Ticket)
    )
    if listed is None:
        earlier = await _listed_with(session, command)
        if earlier is None:
            raise IdempotencyConflict(command.idempotency_key)
        return earlier
    await _announce(session, listed, TICKET_LISTED, now)
    return listed


async def edit_ticket(session: AsyncSession, command: EditTicket) -> Ticket:
    """Change details in one conditional UPDATE; without a difference nothing is written.

    Raises TicketNotFound, NotTheSeller, and what `Ticket.edit` raises; VersionConflict also
    when another edit commits between our read and our write.
    """
    ticket = await _existing(session, command.ticket_id, command.seller_id, lock=False)
    now = await database_now(session)
    fact = ticket.edit(
        command.patch.apply(ticket.details),
        command.patch.changed,
        expected_version=command.expected_version,
        reserved=await _reserved(session, ticket.id),
        now=now,
    )
    if fact is not None:
        try:
            await session.flush()
        except StaleDataError as error:
            raise VersionConflict(command.ticket_id, command.expected_version) from error
        await _announce(session, ticket, fact, now)
    return ticket


async def change_status(
    session: AsyncSession, ticket_id: UUID, seller_id: UUID, status: TicketStatus
) -> Ticket:
    """Pause, resume or withdraw; a repeat is a no-op. Waits for an edit that is under way.

    Raises TicketNotFound, NotTheSeller, TicketWithdrawn.
    """
    ticket = await _existing(session, ticket_id, seller_id, lock=True)
    now = await database_now(session)
    fact = ticket.change_status(status, now)
    if fact is not None:
        await session.flush()
        await _announce(session, ticket, fact, now)
    return ticket


async def ticket(session: AsyncSession, ticket_id: UUID) -> Ticket:
    """The ticket as it is now. Raises TicketNotFound."""
    found = await session.get(Ticket, ticket_id)
    if found is None:
        raise TicketNotFound(str(ticket_id))
    return found


async def note_stock(session: AsyncSession, snapshot: StockSnapshot) -> None:
    """Remember what orders says is held and sold; older news than what is known is dropped."""
    statement = insert(Stock).values(
        ticket_id=snapshot.ticket_id,
        version=snapshot.version,
        held=snapshot.held,
        sold=snapshot.sold,
    )
    new = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Stock.ticket_id],
            set_={"version": new.version, "held": new.held, "sold": new.sold},
            where=Stock.version < new.version,
        )
    )


async def _listed_with(session: AsyncSession, command: CreateTicket) -> Ticket | None:
    """The ticket that this key listed before. Raises IdempotencyConflict if it says otherwise."""
    earlier = await session.scalar(
        select(Ticket).where(
            Ticket.seller_id == command.seller_id,
            Ticket.idempotency_key == command.idempotency_key,
        )
    )
    if earlier is not None and earlier.request_digest != command.digest:
        raise IdempotencyConflict(command.idempotency_key)
    return earlier


async def _existing(
    session: AsyncSession, ticket_id: UUID, seller_id: UUID, *, lock: bool
) -> Ticket:
    ticket = await session.get(Ticket, ticket_id, with_for_update=lock or None)
    if ticket is None:
        raise TicketNotFound(str(ticket_id))
    ticket.require_seller(seller_id)
    return ticket


async def _reserved(session: AsyncSession, ticket_id: UUID) -> int:
    stock = await session.get(Stock, ticket_id)
    return stock.held + stock.sold if stock else 0


async def _announce(session: AsyncSession, ticket: Ticket, fact: str, now: datetime) -> None:
    await outbox.append(
        session,
        Event(
            id=uuid7(),
            type=fact,
            aggregate_id=ticket.id,
            aggregate_version=ticket.version,
            occurred_at=now,
            data=ticket.snapshot().to_data(),
        ),
    )
