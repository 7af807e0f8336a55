"""Browsing (T2): filters, sorting, and pages that stay put while tickets are listed."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.db import Database
from tests.subgraphs.tickets.actors import BROWSE, Seller, titles
from tests.subgraphs.tickets.test_update_ticket import stock


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def all_pages(seller: Seller, first: int, **variables: Any) -> list[str]:
    """The titles of every page, following the cursors."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = await seller.browse(first=first, after=after, **variables)
        found += titles(page)
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def test_the_newest_ticket_comes_first(seller: Seller, anybody: Seller) -> None:
    for title in ("first", "second", "third"):
        await seller.create(title=title)
    page = await anybody.browse(first=2)
    assert titles(page) == ["third", "second"]
    assert page["totalCount"] == 3
    assert page["pageInfo"]["hasNextPage"] is True
    assert page["pageInfo"]["hasPreviousPage"] is False
    rest = await anybody.browse(first=2, after=page["pageInfo"]["endCursor"])
    assert titles(rest) == ["first"]
    assert rest["pageInfo"] | {"startCursor": "", "endCursor": ""} == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": "",
        "endCursor": "",
    }


@pytest.mark.parametrize("by", ["CREATED_AT", "STARTS_AT", "PRICE"])
async def test_pages_show_each_ticket_once_in_order_though_many_are_equal(
    seller: Seller, by: str
) -> None:
    for number in range(11):
        await seller.create(
            title=f"{number:02}",
            price={"amount": str(100 * (number % 3)), "currency": "EUR"},
            startsAt=f"2030-01-0{1 + number % 2}T20:00:00Z",
        )
    expected: dict[str, Callable[[str], int]] = {
        "CREATED_AT": int,
        "STARTS_AT": lambda t: int(t) % 2,
        "PRICE": lambda t: int(t) % 3,
    }
    for direction in ("ASC", "DESC"):
        sort = {"by": by, "direction": direction}
        whole = titles(await seller.browse(first=100, sort=sort))
        assert sorted(whole) == [f"{number:02}" for number in range(11)]
        keys = [expected[by](title) for title in whole]
        assert keys == sorted(keys, reverse=direction == "DESC")
        assert await all_pages(seller, 3, sort=sort) == whole


async def test_tickets_listed_between_two_pages_shift_nothing(seller: Seller) -> None:
    for number in range(6):
        await seller.create(title=f"old {number}")
    page = await seller.browse(first=3)
    for number in range(5):
        await seller.create(title=f"new {number}")
    rest = await seller.browse(first=10, after=page["pageInfo"]["endCursor"])
    assert titles(page) + titles(rest) == [f"old {number}" for number in reversed(range(6))]


async def test_a_cursor_outlives_the_ticket_it_was_made_of(seller: Seller) -> None:
    made = [await seller.create(title=str(number)) for number in range(4)]
    page = await seller.browse(first=2)
    await seller.change_status("withdrawTicket", made[2]["id"])
    rest = await seller.browse(first=2, after=page["pageInfo"]["endCursor"])
    assert titles(rest) == ["1", "0"]


async def test_text_finds_beginnings_of_words_in_title_venue_and_description(
    seller: Seller,
) -> None:
    await seller.create(title="Beethoven: Ninth", venue="Musikverein", description="Choir!")
    await seller.create(
        title="Jazz night", venue="Porgy & Bess", description="ÜBERRASCHUNG, Große Straße 1"
    )

    async def found(text: str) -> list[str]:
        return titles(await seller.browse(filter={"text": text}))

    assert await found("beeth") == ["Beethoven: Ninth"]
    assert await found("NINTH musik choir") == ["Beethoven: Ninth"]
    assert await found("überrasch") == ["Jazz night"]
    assert await found("GROẞE STRAẞE") == await found("große straße") == ["Jazz night"]
    assert await found("u\u0308berraschung") == ["Jazz night"]
    assert await found("beethoven jazz") == []
    assert await found("porgy & bess | !x:* ' \\ <->") == []
    assert await found("bess & porgy") == ["Jazz night"]
    assert await found("'; DROP TABLE tickets; --") == []
    assert await found("%%%") == []
    assert len(await found("")) == 2


async def test_each_filter_narrows_the_list(seller: Seller, stranger: Seller) -> None:
    await seller.create(title="cheap", price={"amount": "100", "currency": "EUR"}, venue="A_b 100%")
    await stranger.create(title="dear", price={"amount": "900", "currency": "USD"}, venue="Barn")
    await stranger.create(title="late", startsAt=in_days(300), venue="Cellar")

    async def found(**filter_: Any) -> set[str]:
        return set(titles(await seller.browse(filter=filter_)))

    assert await found(priceMax="100") == {"cheap"}
    assert await found(priceMin="900", priceMax="900") == {"dear"}
    assert await found(currency="USD") == {"dear"}
    assert await found(venue="_b 100%") == {"cheap"}
    assert await found(venue="b") == {"cheap", "dear"}
    assert await found(venue="%") == {"cheap"}
    assert await found(startsAfter=in_days(200)) == {"late"}
    assert await found(startsBefore=in_days(200)) == {"cheap", "dear"}
    assert await found(seller=str(stranger.user_id)) == {"dear", "late"}
    assert await found(seller="nobody") == set()
    assert await found(seller=str(stranger.user_id), currency="EUR") == {"late"}
    assert await found(status=[]) == {"cheap", "dear", "late"}


async def test_what_is_not_on_sale_is_shown_to_who_asks_for_it(seller: Seller) -> None:
    paused = await seller.create(title="paused")
    await seller.change_status("pauseTicket", paused["id"])
    withdrawn = await seller.create(title="withdrawn")
    await seller.change_status("withdrawTicket", withdrawn["id"])
    await seller.create(title="on sale")
    assert titles(await seller.browse()) == ["on sale"]
    assert titles(await seller.browse(filter={"status": ["PAUSED"]})) == ["paused"]
    both = await seller.browse(filter={"status": ["WITHDRAWN", "ON_SALE"]})
    assert titles(both) == ["on sale", "withdrawn"]


async def test_available_asks_what_orders_last_reported(seller: Seller, database: Database) -> None:
    sold_out = await seller.create(title="sold out", quantity=2)
    await stock(database, sold_out["id"], held=1, sold=1)
    await seller.create(title="untouched")
    assert titles(await seller.browse(filter={"available": True})) == ["untouched"]
    assert titles(await seller.browse(filter={"available": False})) == ["sold out"]
    assert len(titles(await seller.browse())) == 2


async def test_a_page_may_be_empty(seller: Seller) -> None:
    await seller.create()
    page = await seller.browse(first=0)
    assert (page["edges"], page["totalCount"]) == ([], 1)
    assert page["pageInfo"]["endCursor"] is None


def a_cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


SOME_ID = "01a1f8fe-eefc-79a1-8cbf-9260e41d4322"


IMPOSSIBLE: tuple[dict[str, Any], ...] = (
    {"first": -1},
    {"first": 101},
    {"after": ""},
    {"after": "nonsense"},
    {"after": "é"},
    {"after": a_cursor()},
    {"after": a_cursor("PRICE", "DESC", 1, SOME_ID)},
    {"after": a_cursor("CREATED_AT", "ASC", "2026-01-01T00:00:00Z", SOME_ID)},
    {"after": a_cursor("CREATED_AT", "DESC", "2026-01-01T00:00:00", SOME_ID)},
    {"after": a_cursor("CREATED_AT", "DESC", "yesterday", SOME_ID)},
    {"after": a_cursor("CREATED_AT", "DESC", 12, SOME_ID)},
    {"after": a_cursor("CREATED_AT", "DESC", "2026-01-01T00:00:00Z", "x")},
    {"after": a_cursor("CREATED_AT", "DESC", "2026-01-01T00:00:00Z", None)},
    {"after": base64.urlsafe_b64encode(b"[" * 9000).decode()},
    {
        "after": a_cursor("PRICE", "ASC", 2**70, SOME_ID),
        "sort": {"by": "PRICE", "direction": "ASC"},
    },
    {"filter": {"text": "x" * 201}},
    {"filter": {"venue": "a\u0001"}},
    {"filter": {"currency": "x" * 500}},
)


async def test_an_impossible_place_or_filter_is_an_error_with_a_code(seller: Seller) -> None:
    for variables in IMPOSSIBLE:
        answer = await seller.send(BROWSE, **variables)
        assert (answer.status, answer.error_codes) == (200, ["BAD_USER_INPUT"]), variables
