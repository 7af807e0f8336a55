"""Pausing, resuming and withdrawing (T5): no-ops when repeated, always announced, the owner's."""

import asyncio

import pytest

from shared.db import Database
from tests.subgraphs.tickets.actors import Seller, events


async def test_a_ticket_pauses_resumes_and_is_withdrawn(seller: Seller, database: Database) -> None:
    ticket_id = (await seller.create())["id"]
    for mutation, status, version in (
        ("pauseTicket", "PAUSED", 2),
        ("resumeTicket", "ON_SALE", 3),
        ("pauseTicket", "PAUSED", 4),
        ("withdrawTicket", "WITHDRAWN", 5),
    ):
        ticket = await seller.change_status(mutation, ticket_id)
        assert (ticket["status"], ticket["version"]) == (status, version)
    told = [(event["type"], event["data"]["status"]) for event in await events(database)]
    assert told == [
        ("tickets.ticket.listed", "ON_SALE"),
        ("tickets.ticket.paused", "PAUSED"),
        ("tickets.ticket.updated", "ON_SALE"),
        ("tickets.ticket.paused", "PAUSED"),
        ("tickets.ticket.withdrawn", "WITHDRAWN"),
    ]


@pytest.mark.parametrize("mutation", ["pauseTicket", "withdrawTicket"])
async def test_a_repeat_is_a_no_op(seller: Seller, database: Database, mutation: str) -> None:
    ticket_id = (await seller.create())["id"]
    results = await asyncio.gather(*(seller.change_status(mutation, ticket_id) for _ in range(10)))
    assert {result["version"] for result in results} == {2}
    assert len(await events(database)) == 2


@pytest.mark.parametrize("mutation", ["pauseTicket", "resumeTicket"])
async def test_a_withdrawn_ticket_does_not_come_back(seller: Seller, mutation: str) -> None:
    ticket_id = (await seller.create())["id"]
    await seller.change_status("withdrawTicket", ticket_id)
    refused = await seller.change_status(mutation, ticket_id)
    assert (refused["__typename"], refused["code"]) == ("TicketWithdrawn", "TICKET_WITHDRAWN")


@pytest.mark.parametrize("mutation", ["pauseTicket", "resumeTicket", "withdrawTicket"])
async def test_only_the_seller_changes_the_status(
    seller: Seller, stranger: Seller, anybody: Seller, mutation: str
) -> None:
    ticket = await seller.create()
    assert (await stranger.change_status(mutation, ticket["id"]))["__typename"] == "Forbidden"
    assert (await anybody.change_status(mutation, ticket["id"]))["__typename"] == "Unauthenticated"
    assert (await seller.change_status(mutation, "no-id"))["__typename"] == "NotFound"
    assert await seller.read(ticket["id"]) == ticket
