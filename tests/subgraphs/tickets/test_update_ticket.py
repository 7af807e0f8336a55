"""Editing a ticket (T4, T6): of two edits one wins, nothing promised to buyers is taken back."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.orders import StockSnapshot
from shared.db import Database
from subgraphs.tickets.errors import VersionConflict
from subgraphs.tickets.service import DetailsPatch, EditTicket, edit_ticket, note_stock
from tests.subgraphs.tickets.actors import Seller, events, problem_fields


async def stock(database: Database, ticket_id: str, held: int, sold: int, version: int = 1) -> None:
    """What orders would announce."""
    snapshot = StockSnapshot(
        ticket_id=UUID(ticket_id), version=version, capacity=4, held=held, sold=sold
    )
    async with database.transaction() as session:
        await note_stock(session, snapshot)


async def test_an_edit_changes_what_is_given_and_nothing_else(
    seller: Seller, database: Database
) -> None:
    ticket = await seller.create()
    edited = await seller.update(ticket, title="New title", quantity=7)
    assert edited == {
        **ticket,
        "title": "New title",
        "quantity": 7,
        "version": 2,
        "updatedAt": edited["updatedAt"],
    }
    listed, updated = await events(database)
    assert (updated["type"], updated["aggregateVersion"]) == ("tickets.ticket.updated", 2)
    assert updated["data"]["title"] == "New title"
    assert updated["data"]["createdAt"] == listed["data"]["createdAt"]


async def test_an_edit_without_a_difference_writes_nothing(
    seller: Seller, database: Database
) -> None:
    ticket = await seller.create()
    assert await seller.update(ticket, title=ticket["title"]) == ticket
    assert await seller.update(ticket) == ticket
    assert len(await events(database)) == 1


async def test_of_racing_edits_of_one_version_exactly_one_wins(
    seller: Seller, database: Database
) -> None:
    ticket = await seller.create()
    results = await asyncio.gather(*(seller.update(ticket, title=f"Edit {n}") for n in range(40)))
    (winner,) = (result for result in results if result["__typename"] == "Ticket")
    losers = [result for result in results if result["__typename"] == "VersionConflict"]
    assert len(losers) == 39
    assert all(loser["current"] == winner for loser in losers)
    assert await seller.read(ticket["id"]) == winner
    assert [event["aggregateVersion"] for event in await events(database)] == [1, 2]


async def test_of_a_thousand_racing_edits_none_is_lost(seller: Seller, database: Database) -> None:
    ticket = await seller.create()
    won: list[str] = []

    async def edit(number: int) -> None:
        patch = DetailsPatch(title=f"Edit {number}")
        command = EditTicket(UUID(ticket["id"]), seller.user_id, 1 + number // 100, patch)
        with suppress(VersionConflict):
            async with database.transaction() as session:
                won.append((await edit_ticket(session, command)).title)

    for start in range(0, 1_000, 100):
        await asyncio.gather(*(edit(number) for number in range(start, start + 100)))
    told = await events(database)
    assert len(won) == 10
    assert [event["data"]["title"] for event in told[1:]] == won
    assert [event["aggregateVersion"] for event in told] == list(range(1, 12))


async def test_racing_editors_that_retry_lose_no_update(seller: Seller, database: Database) -> None:
    ticket = await seller.create(description="")

    async def add(letter: str) -> None:
        current: dict[str, Any] = ticket
        while True:
            result = await seller.update(current, description=current["description"] + letter)
            if result["__typename"] == "Ticket":
                return
            current = result["current"]

    letters = "abcdefghijklmnopqrst"
    await asyncio.gather(*(add(letter) for letter in letters))
    final = await seller.read(ticket["id"])
    assert final is not None
    assert sorted(final["description"]) == list(letters)
    assert final["version"] == len(letters) + 1
    versions = [event["aggregateVersion"] for event in await events(database)]
    assert versions == list(range(1, len(letters) + 2))


async def test_edits_and_withdrawals_race_without_losing_either(seller: Seller) -> None:
    for _ in range(10):
        ticket = await seller.create()
        edited, withdrawn = await asyncio.gather(
            seller.update(ticket, title="Edited"),
            seller.change_status("withdrawTicket", ticket["id"]),
        )
        final = await seller.read(ticket["id"])
        assert final is not None
        assert withdrawn["__typename"] == "Ticket"
        assert final["status"] == "WITHDRAWN"
        won = edited["__typename"] == "Ticket"
        assert final["title"] == ("Edited" if won else ticket["title"])
        assert final["version"] == (3 if won else 2)


async def test_only_the_seller_edits(seller: Seller, stranger: Seller, anybody: Seller) -> None:
    ticket = await seller.create()
    assert (await stranger.update(ticket, title="Mine"))["__typename"] == "Forbidden"
    assert (await anybody.update(ticket, title="Mine"))["__typename"] == "Unauthenticated"
    assert await seller.read(ticket["id"]) == ticket


async def test_an_unknown_or_malformed_id_is_not_found(seller: Seller) -> None:
    for ticket_id in (str(uuid4()), "nonsense", "", "é" * 300):
        refused = await seller.update({"id": ticket_id, "version": 1}, title="x")
        assert (refused["__typename"], refused["code"]) == ("NotFound", "NOT_FOUND")


async def test_a_version_that_is_not_the_current_one_conflicts(seller: Seller) -> None:
    ticket = await seller.create()
    for version in (0, -1, 2, 2_147_483_647):
        result = await seller.update({**ticket, "version": version}, title="x")
        assert (result["__typename"], result["current"]) == ("VersionConflict", ticket)


async def test_bad_details_and_nulls_are_refused_with_the_field(seller: Seller) -> None:
    ticket = await seller.create()
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"price": None}, "price"),
        ({"quantity": None}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"startsAt": "2001-01-01T00:00:00Z"}, "startsAt"),
        ({"price": {"amount": "1", "currency": "EURO"}}, "price.currency"),
    )
    for patch, field in cases:
        assert problem_fields(await seller.update(ticket, **patch)) == {field}
    assert await seller.read(ticket["id"]) == ticket


async def test_what_is_held_or_sold_bounds_quantity_and_price(
    seller: Seller, database: Database
) -> None:
    ticket = await seller.create(quantity=4)
    await stock(database, ticket["id"], held=1, sold=2)
    for patch in (
        {"quantity": 2},
        {"price": {"amount": "2499", "currency": "EUR"}},
        {"price": {"amount": "9999", "currency": "USD"}},
    ):
        refused = await seller.update(ticket, **patch)
        assert (refused["__typename"], refused["reserved"]) == ("TicketReserved", 3)
    edited = await seller.update(
        ticket, quantity=3, price={"amount": "3000", "currency": "EUR"}, title="Dearer"
    )
    assert (edited["quantity"], edited["price"]["amount"]) == (3, "3000")


async def test_a_ticket_that_nobody_holds_may_become_cheaper_and_fewer(
    seller: Seller, database: Database
) -> None:
    ticket = await seller.create(quantity=4)
    await stock(database, ticket["id"], held=2, sold=0, version=1)
    await stock(database, ticket["id"], held=0, sold=0, version=2)
    edited = await seller.update(ticket, quantity=1, price={"amount": "0", "currency": "USD"})
    assert (edited["quantity"], edited["price"]) == (1, {"amount": "0", "currency": "USD"})


async def test_a_withdrawn_ticket_cannot_be_edited(seller: Seller) -> None:
    ticket = await seller.create()
    withdrawn = await seller.change_status("withdrawTicket", ticket["id"])
    assert (await seller.update(withdrawn, title="x"))["__typename"] == "TicketWithdrawn"
