"""What a seller says about a ticket, in; the same, clean and checked, out.

All limits of a listing stand here. `clean_details` reports every bad field at once.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from shared.money import MINOR_DIGITS
from shared.text import clean_text, text_problem
from subgraphs.tickets.errors import InvalidField, InvalidInput

TITLE_MAXIMUM = 120
VENUE_MAXIMUM = 200
DESCRIPTION_MAXIMUM = 5_000
QUANTITY_MAXIMUM = 100_000
PRICE_MAXIMUM_MINOR = 99_999_999
"""The largest amount a card payment takes: eight digits."""
FURTHEST_START = timedelta(days=3_653)


@dataclass(frozen=True, slots=True)
class TicketDetails:
    """The part of a ticket that its seller sets; `starts_at` is aware once cleaned."""

    title: str
    description: str
    venue: str
    starts_at: datetime
    time_zone: str
    price_minor: int
    currency: str
    quantity: int


FIELDS = frozenset({"title", "description", "venue", "startsAt", "timeZone", "price", "quantity"})
"""The parts of TicketDetails by their GraphQL names: how a caller says which are new."""


def clean_details(
    details: TicketDetails, now: datetime, changed: Collection[str] = FIELDS
) -> TicketDetails:
    """`details` trimmed and in Unicode NFC; raises InvalidInput naming every bad field.

    Only the fields of `changed` are judged, so an edit never stumbles over what was allowed
    when the ticket was listed (an event that has begun keeps its start).
    """
    cleaned = replace(
        details,
        title=clean_text(details.title),
        description=clean_text(details.description),
        venue=clean_text(details.venue),
    )
    problems = [each for each in _problems(cleaned, now) if each.field.split(".")[0] in changed]
    if problems:
        raise InvalidInput(problems)
    return cleaned


def _problems(details: TicketDetails, now: datetime) -> Iterator[InvalidField]:
    texts = (
        ("title", details.title, 1, TITLE_MAXIMUM, False),
        ("description", details.description, 0, DESCRIPTION_MAXIMUM, True),
        ("venue", details.venue, 1, VENUE_MAXIMUM, False),
    )
    for field, value, shortest, longest, lines in texts:
        problem = text_problem(value, shortest, longest, lines=lines)
        if problem:
            yield InvalidField(field, problem)
    yield from _time_problems(details, now)
    if not 0 <= details.price_minor <= PRICE_MAXIMUM_MINOR:
        yield InvalidField(
            "price.amount",
            f"{details.price_minor} is out of range; give 0 to {PRICE_MAXIMUM_MINOR} minor units",
        )
    if details.currency not in MINOR_DIGITS:
        yield InvalidField(
            "price.currency",
            f"{details.currency[:20]!r} is not accepted; give an ISO 4217 code such as EUR",
        )
    if not 1 <= details.quantity <= QUANTITY_MAXIMUM:
        yield InvalidField(
            "quantity", f"{details.quantity} is out of range; give 1 to {QUANTITY_MAXIMUM}"
        )


def _time_problems(details: TicketDetails, now: datetime) -> Iterator[InvalidField]:
    starts_at = details.starts_at
    if starts_at.tzinfo is None:
        yield InvalidField("startsAt", f"{starts_at} has no offset; end it in Z or ±hh:mm")
    elif starts_at <= now:
        yield InvalidField("startsAt", f"{starts_at.isoformat()} is past; give a time to come")
    elif starts_at - now > FURTHEST_START:
        yield InvalidField(
            "startsAt", f"{starts_at.isoformat()} is more than ten years away; give an earlier time"
        )
    if details.time_zone not in _time_zones():
        yield InvalidField(
            "timeZone",
            f"{details.time_zone[:60]!r} is no IANA time zone; give one such as Europe/Vienna",
        )


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
