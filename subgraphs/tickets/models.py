"""The Ticket aggregate: commands in; changed state and a fact for the outbox out. No I/O.

`version` rises by one with every change and is the optimistic lock: SQLAlchemy writes a change
as `UPDATE … WHERE id = … AND version = <the one read>`, so of two edits one finds no row.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Enum,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.tickets import (
    TICKET_PAUSED,
    TICKET_UPDATED,
    TICKET_WITHDRAWN,
    TicketSnapshot,
    TicketStatus,
)
from shared.db import ModelBase
from shared.inbox import inbox_table
from shared.money import Money
from shared.outbox import outbox_table
from subgraphs.tickets.details import TicketDetails, clean_details
from subgraphs.tickets.errors import (
    NotTheSeller,
    TicketReserved,
    TicketWithdrawn,
    VersionConflict,
)

TRANSITIONS: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    TicketStatus.ON_SALE: frozenset({TicketStatus.PAUSED, TicketStatus.WITHDRAWN}),
    TicketStatus.PAUSED: frozenset({TicketStatus.ON_SALE, TicketStatus.WITHDRAWN}),
    TicketStatus.WITHDRAWN: frozenset(),
}
"""The state machine of a ticket; staying where it is is always allowed and does nothing."""

FACTS: Mapping[TicketStatus, str] = {
    TicketStatus.ON_SALE: TICKET_UPDATED,
    TicketStatus.PAUSED: TICKET_PAUSED,
    TicketStatus.WITHDRAWN: TICKET_WITHDRAWN,
}
"""The event that tells of a ticket's arrival in each state."""

SEARCH_DOCUMENT = (
    "setweight(to_tsvector('simple', title), 'A') || "
    "setweight(to_tsvector('simple', venue), 'B') || "
    "setweight(to_tsvector('simple', description), 'C')"
)


class Base(ModelBase):
    """The tables of the tickets database."""


outbox_table(Base.metadata)
inbox_table(Base.metadata)


class Ticket(Base):
    """A listing that a seller puts up: what, when, where, for how much, how many."""

    __tablename__ = "tickets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seller_id: Mapped[UUID]
    version: Mapped[int] = mapped_column()
    status: Mapped[TicketStatus] = mapped_column(Enum(TicketStatus, native_enum=False, length=16))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    venue: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(Text)
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(Text)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed(SEARCH_DOCUMENT, persisted=True), deferred=True
    )

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012
    __table_args__ = (
        UniqueConstraint("seller_id", "idempotency_key", name="uq_tickets_idempotency"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("status IN ('ON_SALE', 'PAUSED', 'WITHDRAWN')", name="status"),
        Index("ix_tickets_search", "search", postgresql_using="gin"),
        Index("ix_tickets_by_created_at", "created_at", "id"),
        Index("ix_tickets_by_starts_at", "starts_at", "id"),
        Index("ix_tickets_by_price", "price_minor", "id"),
        Index("ix_tickets_by_seller", "seller_id", "created_at", "id"),
    )

    def require_seller(self, user_id: UUID) -> None:
        """Raises NotTheSeller for anyone but the one who listed it."""
        if self.seller_id != user_id:
            raise NotTheSeller(self.id)

    def edit(
        self,
        details: TicketDetails,
        changed: Collection[str],
        *,
        expected_version: int,
        reserved: int,
        now: datetime,
    ) -> str | None:
        """Take over `details`, of which `changed` (GraphQL names) are new; None if none differs.

        `reserved` is what this service has heard of the orders service: held plus sold. While
        it is above zero the quantity may not go below it, the price may rise but not fall and
        the currency stays, so nobody who holds or bought sees a later buyer better served.
        That knowledge lags behind by one event, so this check spares the seller a surprise but
        is not what prevents overselling: orders keeps `held + sold <= capacity` itself, and on
        a smaller quantity than it has given away it sells nothing more (orders keep the price
        they were placed at in any case).

        Raises VersionConflict, TicketWithdrawn, InvalidInput, TicketReserved, in this order.
        """
        if self.version != expected_version:
            raise VersionConflict(self.id, expected_version)
        if self.status is TicketStatus.WITHDRAWN:
            raise TicketWithdrawn(self.id)
        cleaned = clean_details(details, now, changed)
        if cleaned == self.details:
            return None
        self._keep_promises(cleaned, reserved)
        self._adopt(cleaned)
        self._touch(now)
        return TICKET_UPDATED

    def change_status(self, status: TicketStatus, now: datetime) -> str | None:
        """Pause, resume or withdraw; None when it is in that state already.

        Raises TicketWithdrawn: a withdrawn ticket neither pauses nor comes back.
        """
        if self.status is status:
            return None
        if status not in TRANSITIONS[self.status]:
            raise TicketWithdrawn(self.id)
        self.status = status
        self._touch(now)
        return FACTS[status]

    @property
    def details(self) -> TicketDetails:
        """The part that the seller sets, as a value."""
        return TicketDetails(
            title=self.title,
            description=self.description,
            venue=self.venue,
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            price_minor=self.price_minor,
            currency=self.currency,
            quantity=self.quantity,
        )

    def snapshot(self) -> TicketSnapshot:
        """The whole ticket as other services hear of it."""
        return TicketSnapshot(
            id=self.id,
            version=self.version,
            seller_id=self.seller_id,
            status=self.status,
            title=self.title,
            description=self.description,
            venue=self.venue,
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            price=Money(self.price_minor, self.currency),
            quantity=self.quantity,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )

    def _keep_promises(self, details: TicketDetails, reserved: int) -> None:
        if not reserved:
            return
        if details.quantity < reserved:
            raise TicketReserved(self.id, reserved, f"give a quantity of at least {reserved}")
        if details.currency != self.currency:
            raise TicketReserved(self.id, reserved, f"keep the currency {self.currency}")
        if details.price_minor < self.price_minor:
            raise TicketReserved(
                self.id, reserved, f"give a price of at least {self.price_minor} minor units"
            )

    def _adopt(self, details: TicketDetails) -> None:
        self.title = details.title
        self.description = details.description
        self.venue = details.venue
        self.starts_at = details.starts_at
        self.time_zone = details.time_zone
        self.price_minor = details.price_minor
        self.currency = details.currency
        self.quantity = details.quantity

    def _touch(self, now: datetime) -> None:
        self.version += 1
        self.updated_at = now


class Stock(Base):
    """What the orders service last said of a ticket: a replica, for search and for edits.

    No foreign key: a replica takes what its owner says, whatever arrives first.
    """

    __tablename__ = "stock"

    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    held: Mapped[int]
    sold: Mapped[int]
