"""A filter, an order and a place in it in; one page of tickets out. Read only.

Keyset paging: a cursor names the last row's sort value and id, and the next page is
`(value, id) > (those)`. Rows listed meanwhile never shift a page; an edit that changes the
sort value moves its ticket, as it should.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.contracts.tickets import TicketStatus
from shared.text import clean_text
from subgraphs.tickets.models import Stock, Ticket

Row = TypeVar("Row")

_BIGINT = 2**63
_WORDS_MAXIMUM = 12


class SortKey(StrEnum):
    """What a list of tickets is ordered by; ties are broken by id."""

    CREATED_AT = "CREATED_AT"
    STARTS_AT = "STARTS_AT"
    PRICE = "PRICE"


class SortDirection(StrEnum):
    """Smallest or largest first."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a list; the default is newest first."""

    by: SortKey = SortKey.CREATED_AT
    direction: SortDirection = SortDirection.DESC


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets; None and () ask nothing.

    `text` matches words (as prefixes) of title, venue and description; `venue` a part of the
    venue; `starts_after` and `price_min_minor` include their own value, `starts_before` and
    `price_max_minor` too. `available` compares the quantity with what orders last reported.
    """

    text: str | None = None
    venue: str | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    upcoming: bool = False
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    currency: str | None = None
    seller_id: UUID | None = None
    statuses: tuple[TicketStatus, ...] = ()
    available: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list: the `first` tickets behind the cursor `after`, in this order."""

    first: int
    after: str | None = None
    sort: Sort = Sort()


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `first` tickets in order, and whether more follow."""

    tickets: Sequence[Ticket]
    has_next: bool


class BadCursor(ValueError):
    """The cursor was not made by this list in this order."""

    code = "BAD_USER_INPUT"

    def __init__(self, cursor: str) -> None:
        super().__init__(
            f"cursor {cursor[:80]!r} does not belong to this list; start again without `after`"
        )


async def page(session: AsyncSession, wanted: Filter, place: Place) -> Page:
    """The tickets of `wanted` at `place`. Raises BadCursor."""
    sort = place.sort
    column = _COLUMNS[sort.by]
    ascending = sort.direction is SortDirection.ASC
    statement = _filtered(select(Ticket), wanted)
    if place.after is not None:
        here = tuple_(column, Ticket.id)
        there = tuple_(*decode_cursor(place.after, sort))
        statement = statement.where(here > there if ascending else here < there)
    if ascending:
        statement = statement.order_by(column.asc(), Ticket.id.asc())
    else:
        statement = statement.order_by(column.desc(), Ticket.id.desc())
    found = (await session.scalars(statement.limit(place.first + 1))).all()
    return Page(found[: place.first], len(found) > place.first)


async def count(session: AsyncSession, wanted: Filter) -> int:
    """How many tickets `wanted` has in all."""
    statement = _filtered(select(func.count()).select_from(Ticket), wanted)
    return await session.scalar(statement) or 0


def encode_cursor(ticket: Ticket, sort: Sort) -> str:
    """The place right behind `ticket` in this order, opaque to clients."""
    value = getattr(ticket, _COLUMNS[sort.by].key)
    shown = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
    text = json.dumps([sort.by, sort.direction, shown, str(ticket.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, sort: Sort) -> tuple[datetime | int, UUID]:
    """The sort value and id that `encode_cursor` put in. Raises BadCursor."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        by, direction, value, ticket_id = json.loads(base64.urlsafe_b64decode(padded))
        if (by, direction) != (sort.by, sort.direction):
            raise BadCursor(cursor)
        return _sort_value(value, sort), UUID(ticket_id)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise BadCursor(cursor) from error


def _sort_value(value: object, sort: Sort) -> datetime | int:
    if sort.by is SortKey.PRICE:
        if type(value) is not int or not -_BIGINT <= value < _BIGINT:
            raise ValueError("not a price")
        return value
    if not isinstance(value, str):
        raise TypeError("not a time")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("not an aware time")
    return moment


_COLUMNS: dict[SortKey, InstrumentedAttribute[datetime] | InstrumentedAttribute[int]] = {
    SortKey.CREATED_AT: Ticket.created_at,
    SortKey.STARTS_AT: Ticket.starts_at,
    SortKey.PRICE: Ticket.price_minor,
}


def _filtered(statement: Select[Row], wanted: Filter) -> Select[Row]:
    return statement.where(*_conditions(wanted))


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.text is not None:
        yield _matches(wanted.text)
    if wanted.venue is not None:
        yield Ticket.venue.icontains(wanted.venue, autoescape=True)
    if wanted.starts_after is not None:
        yield Ticket.starts_at >= wanted.starts_after
    if wanted.starts_before is not None:
        yield Ticket.starts_at <= wanted.starts_before
    if wanted.upcoming:
        yield Ticket.starts_at > func.now()
    if wanted.price_min_minor is not None:
        yield Ticket.price_minor >= wanted.price_min_minor
    if wanted.price_max_minor is not None:
        yield Ticket.price_minor <= wanted.price_max_minor
    if wanted.currency is not None:
        yield Ticket.currency == wanted.currency
    if wanted.seller_id is not None:
        yield Ticket.seller_id == wanted.seller_id
    if wanted.statuses:
        yield Ticket.status.in_(wanted.statuses)
    if wanted.available is not None:
        yield _is_available() if wanted.available else ~_is_available()


def _matches(text: str) -> ColumnElement[bool]:
    words = re.findall(r"\w+", clean_text(text).lower())[:_WORDS_MAXIMUM]
    if not words:
        return false()
    prefixes = " & ".join(f"'{word}':*" for word in words)
    return Ticket.search.op("@@", is_comparison=True)(func.to_tsquery("simple", prefixes))


def _is_available() -> ColumnElement[bool]:
    taken = select(Stock.held + Stock.sold).where(Stock.ticket_id == Ticket.id).scalar_subquery()
    return Ticket.quantity > func.coalesce(taken, 0)
