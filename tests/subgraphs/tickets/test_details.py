"""What a listing may be: every limit, its field, its message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.tickets.details import FIELDS, TicketDetails, clean_details
from subgraphs.tickets.errors import InvalidInput

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
GOOD = TicketDetails(
    title="Fado",
    description="",
    venue="Hall",
    starts_at=NOON + timedelta(days=1),
    time_zone="Europe/Lisbon",
    price_minor=0,
    currency="EUR",
    quantity=1,
)


def test_the_limits_themselves_are_allowed() -> None:
    largest = replace(
        GOOD,
        title="x" * 120,
        description="\tx\r\n" + "x" * 4996,
        venue="x" * 200,
        price_minor=99_999_999,
        quantity=100_000,
        starts_at=NOON + timedelta(days=3653),
    )
    assert clean_details(largest, NOON).quantity == 100_000


def test_texts_are_trimmed_and_normalised() -> None:
    cleaned = clean_details(replace(GOOD, title=" Cafe\u0301 ", venue="\u00a0Hall\n"), NOON)
    assert (cleaned.title, cleaned.venue) == ("Caf\u00e9", "Hall")


def test_emoji_are_text() -> None:
    assert clean_details(replace(GOOD, title="👩‍🎤🎫"), NOON).title == "👩‍🎤🎫"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \n "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "bell\u0007"}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "evil\u202etxt"}, "title"),
        ({"title": "lone \ud800 surrogate"}, "title"),
        ({"venue": ""}, "venue"),
        ({"venue": "x" * 201}, "venue"),
        ({"description": "x" * 5001}, "description"),
        ({"description": "escape\u001b[2J"}, "description"),
        ({"starts_at": NOON}, "startsAt"),
        ({"starts_at": NOON - timedelta(seconds=1)}, "startsAt"),
        ({"starts_at": datetime(2031, 1, 1)}, "startsAt"),  # noqa: DTZ001  # what is refused
        ({"starts_at": NOON + timedelta(days=3654)}, "startsAt"),
        ({"time_zone": "Mars/Olympus"}, "timeZone"),
        ({"time_zone": ""}, "timeZone"),
        ({"time_zone": "../../etc/passwd"}, "timeZone"),
        ({"price_minor": -1}, "price.amount"),
        ({"price_minor": 100_000_000}, "price.amount"),
        ({"price_minor": 2**63 - 1}, "price.amount"),
        ({"currency": "eur"}, "price.currency"),
        ({"currency": "XXX"}, "price.currency"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -5}, "quantity"),
        ({"quantity": 100_001}, "quantity"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_details(replace(GOOD, **changes), NOON)
    assert [each.field for each in refused.value.fields] == [field]


def test_only_what_changes_is_judged() -> None:
    begun = replace(GOOD, starts_at=NOON - timedelta(days=1))
    assert clean_details(begun, NOON, {"title"}) == begun
    with pytest.raises(InvalidInput):
        clean_details(begun, NOON, {"startsAt"})


def test_a_start_may_be_given_with_any_offset() -> None:
    start = (NOON + timedelta(days=1)).astimezone(timezone(timedelta(hours=-9)))
    assert clean_details(replace(GOOD, starts_at=start), NOON).starts_at == GOOD.starts_at


@given(text=st.text(), number=st.integers(), moment=st.datetimes(timezones=st.just(UTC)))
def test_whatever_is_sent_is_cleaned_or_refused(text: str, number: int, moment: datetime) -> None:
    sent = TicketDetails(text, text, text, moment, text, number, text, number)
    try:
        cleaned = clean_details(sent, NOON, FIELDS)
    except InvalidInput:
        return
    assert clean_details(cleaned, NOON, FIELDS) == cleaned
