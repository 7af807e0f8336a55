"""Putting up a ticket (T1): once per key, announced, and refused with reasons."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.tickets import TicketSnapshot
from shared.db import Database
from tests.subgraphs.tickets.actors import CREATE, Seller, a_listing, events, problem_fields


async def test_a_new_ticket_is_on_sale_at_version_one_and_its_seller_s(seller: Seller) -> None:
    ticket = await seller.create(title="  Fado  night ", quantity=2)
    assert ticket["__typename"] == "Ticket"
    assert ticket["title"] == "Fado  night"
    assert (ticket["status"], ticket["version"], ticket["quantity"]) == ("ON_SALE", 1, 2)
    assert ticket["price"] == {"amount": "2500", "currency": "EUR"}
    assert ticket["seller"] == {"id": str(seller.user_id)}
    assert await seller.read(ticket["id"]) == ticket


async def test_listing_is_announced_with_the_whole_snapshot(
    seller: Seller, database: Database
) -> None:
    ticket = await seller.create()
    (event,) = await events(database)
    assert event["type"] == "tickets.ticket.listed"
    assert (event["aggregateId"], event["aggregateVersion"]) == (ticket["id"], 1)
    snapshot = TicketSnapshot.from_data(event["data"])
    assert str(snapshot.id) == ticket["id"]
    assert snapshot.seller_id == seller.user_id
    assert (snapshot.price.amount_minor, snapshot.price.currency) == (2500, "EUR")


async def test_a_repeat_with_the_same_key_gives_the_first_ticket(
    seller: Seller, database: Database
) -> None:
    listing = {"startsAt": (datetime.now(UTC) + timedelta(days=3)).isoformat()}
    first = await seller.create("key", **listing)
    assert await seller.create("key", **listing) == first
    assert len(await events(database)) == 1


async def test_parallel_repeats_make_one_ticket(seller: Seller, database: Database) -> None:
    listing = {"startsAt": (datetime.now(UTC) + timedelta(days=3)).isoformat()}
    made = await asyncio.gather(*(seller.create("key", **listing) for _ in range(20)))
    assert len({ticket["id"] for ticket in made}) == 1
    assert len(await events(database)) == 1


async def test_a_key_cannot_stand_for_other_details(seller: Seller, database: Database) -> None:
    await seller.create("key", title="One")
    refused = await seller.create("key", title="Another")
    assert (refused["__typename"], refused["code"]) == (
        "IdempotencyConflict",
        "IDEMPOTENCY_CONFLICT",
    )
    assert len(await events(database)) == 1


async def test_parallel_uses_of_a_key_for_different_tickets_make_one(seller: Seller) -> None:
    made = await asyncio.gather(*(seller.create("key", title=f"No. {n}") for n in range(10)))
    kinds = sorted(result["__typename"] for result in made)
    assert kinds == ["IdempotencyConflict"] * 9 + ["Ticket"]


async def test_two_sellers_may_use_the_same_key(seller: Seller, stranger: Seller) -> None:
    assert (await seller.create("key"))["id"] != (await stranger.create("key"))["id"]


async def test_one_has_to_be_signed_in(anybody: Seller, database: Database) -> None:
    assert (await anybody.create())["__typename"] == "Unauthenticated"
    assert await events(database) == []


async def test_bad_details_are_refused_with_all_bad_fields_and_nothing_is_written(
    seller: Seller, database: Database
) -> None:
    refused = await seller.create(
        title="", quantity=-1, timeZone="x", price={"amount": "-1", "currency": "eur"}
    )
    assert problem_fields(refused) == {
        "title",
        "quantity",
        "timeZone",
        "price.amount",
        "price.currency",
    }
    assert await events(database) == []


async def test_a_bad_key_is_refused(seller: Seller, database: Database) -> None:
    for key in ("", "x" * 201, "line\nbreak"):
        answer = await seller.send(CREATE, input=a_listing(), key=key)
        assert problem_fields(answer.data["createTicket"]) == {"idempotencyKey"}
    assert await events(database) == []


WRONG_TYPES: tuple[dict[str, Any], ...] = (
    {"quantity": 2**31},
    {"quantity": "3"},
    {"quantity": 1.5},
    {"quantity": None},
    {"title": None},
    {"title": 7},
    {"startsAt": "soon"},
    {"startsAt": "2099-01-01T00:00:00"},
    {"startsAt": 12},
    {"price": {"amount": "1.5", "currency": "EUR"}},
    {"price": {"amount": "9223372036854775808", "currency": "EUR"}},
    {"price": "12 EUR"},
    {"colour": "red"},
)


async def test_wrong_types_are_errors_with_a_code_and_nothing_is_written(
    seller: Seller, database: Database
) -> None:
    for changes in WRONG_TYPES:
        answer = await seller.send(CREATE, input=a_listing(**changes), key="key")
        assert (answer.status, answer.error_codes) == (200, ["BAD_USER_INPUT"]), changes
    assert await events(database) == []
