"""What clients send to the tickets subgraph, turned into domain values.

Raises InvalidInput where a mutation can answer it as a problem, BadUserInput where a list
has no other way to refuse.
"""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import strawberry

from shared.contracts.tickets import TicketStatus
from shared.graphql import BadUserInput, MinorUnits, MoneyInput
from shared.ids import parse_id
from shared.text import text_problem
from subgraphs.tickets.details import TicketDetails
from subgraphs.tickets.errors import InvalidField, InvalidInput
from subgraphs.tickets.listing import Filter, Sort, SortDirection, SortKey
from subgraphs.tickets.service import DetailsPatch

Value = TypeVar("Value")

IDEMPOTENCY_KEY_MAXIMUM = 200
FILTER_TEXT_MAXIMUM = 200
NOBODY = UUID(int=0)
"""The seller of nothing: what a malformed id stands for in a filter."""

strawberry.enum(TicketStatus, description="Whether new orders are taken.")
strawberry.enum(SortKey, name="TicketSortKey")
strawberry.enum(SortDirection)


@strawberry.input(description="What a seller puts up.")
class CreateTicketInput:
    title: str
    venue: str
    starts_at: datetime
    time_zone: str = strawberry.field(description="IANA name, such as Europe/Vienna.")
    price: MoneyInput
    quantity: int = 1
    description: str = ""

    def to_details(self) -> TicketDetails:
        """The same as a domain value, not checked yet."""
        return TicketDetails(
            title=self.title,
            description=self.description,
            venue=self.venue,
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            price_minor=self.price.amount,
            currency=self.price.currency,
            quantity=self.quantity,
        )


@strawberry.input(description="The details to change; what is left out stays.")
class TicketPatch:
    title: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    venue: str | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    time_zone: str | None = strawberry.UNSET
    price: MoneyInput | None = strawberry.UNSET
    quantity: int | None = strawberry.UNSET

    def to_patch(self) -> DetailsPatch:
        """The same as a domain value. Raises InvalidInput for an explicit null."""
        given = {
            "title": self.title,
            "description": self.description,
            "venue": self.venue,
            "startsAt": self.starts_at,
            "timeZone": self.time_zone,
            "price": self.price,
            "quantity": self.quantity,
        }
        nulls = [name for name, value in given.items() if value is None]
        if nulls:
            message = "cannot be null; leave it out to keep what is there"
            raise InvalidInput([InvalidField(name, message) for name in nulls])
        price = _given(self.price)
        return DetailsPatch(
            title=_given(self.title),
            description=_given(self.description),
            venue=_given(self.venue),
            starts_at=_given(self.starts_at),
            time_zone=_given(self.time_zone),
            price=None if price is None else (price.amount, price.currency),
            quantity=_given(self.quantity),
        )


@strawberry.input(description="Which tickets; what is left out asks nothing.")
class TicketFilter:
    text: str | None = strawberry.field(
        default=None, description="Words, or beginnings of words, of title, venue, description."
    )
    venue: str | None = strawberry.field(default=None, description="A part of the venue's name.")
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    price_min: MinorUnits | None = None
    price_max: MinorUnits | None = None
    currency: str | None = None
    seller: strawberry.ID | None = None
    status: list[TicketStatus] | None = strawberry.field(
        default=None, description="Without it only what is ON_SALE."
    )
    available: bool | None = strawberry.field(
        default=None, description="Whether any is left, as far as the catalogue has heard."
    )

    def to_filter(self, *, everything: bool = False) -> Filter:
        """The same as a domain value; raises BadUserInput for unusable text.

        What the client leaves open is closed to what is on sale and still to come, unless
        `everything` is asked for.
        """
        for name, text in (("text", self.text), ("venue", self.venue), ("currency", self.currency)):
            problem = text_problem(text or "", 0, FILTER_TEXT_MAXIMUM)
            if problem:
                raise BadUserInput(f"filter.{name} {problem}")
        on_sale = () if everything else (TicketStatus.ON_SALE,)
        return Filter(
            text=self.text or None,
            venue=self.venue or None,
            starts_after=self.starts_after,
            starts_before=self.starts_before,
            upcoming=not everything and self.starts_after is None,
            price_min_minor=self.price_min,
            price_max_minor=self.price_max,
            currency=self.currency or None,
            seller_id=None if self.seller is None else parse_id(self.seller) or NOBODY,
            statuses=on_sale if self.status is None else tuple(self.status),
            available=self.available,
        )


@strawberry.input(description="The order of a list; ties are broken by id.")
class TicketSort:
    by: SortKey = SortKey.CREATED_AT
    direction: SortDirection = SortDirection.DESC

    def to_sort(self) -> Sort:
        """The same as a domain value."""
        return Sort(self.by, self.direction)


def clean_idempotency_key(value: str) -> str:
    """The key as it is kept. Raises InvalidInput."""
    problem = text_problem(value, 1, IDEMPOTENCY_KEY_MAXIMUM)
    if problem:
        raise InvalidInput([InvalidField("idempotencyKey", problem)])
    return value


def _given(value: Value | None) -> Value | None:
    return None if value is strawberry.UNSET else value
