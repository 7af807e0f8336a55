"""What the gateway asks: tickets by key, a person's tickets, all in one batch."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.subgraphs.tickets.actors import Seller


def ticket_key(ticket_id: str) -> dict[str, str]:
    return {"__typename": "Ticket", "id": ticket_id}


async def test_references_are_resolved_in_order_and_unknown_ones_are_null(seller: Seller) -> None:
    first, second = await seller.create(title="1"), await seller.create(title="2")
    unknown = "01a1f8fe-eefc-79a1-8cbf-9260e41d4322"
    found = await seller.entities(
        ticket_key(second["id"]),
        ticket_key("malformed"),
        ticket_key(first["id"]),
        ticket_key(unknown),
        ticket_key(second["id"]),
    )
    assert found == [second, None, first, None, second]


async def test_fifty_references_cost_one_query(seller: Seller) -> None:
    made = [await seller.create(title=str(number)) for number in range(5)]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await seller.entities(*(ticket_key(ticket["id"]) for ticket in made * 10))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([each for each in statements if "FROM tickets" in each]) == 1


async def test_a_person_s_tickets_are_all_shown_to_themself_only(
    seller: Seller, stranger: Seller
) -> None:
    on_sale = await seller.create()
    paused = await seller.create()
    await seller.change_status("pauseTicket", paused["id"])
    await stranger.create()
    person = {"__typename": "User", "id": str(seller.user_id)}

    (seen_by_self,) = await seller.entities(person)
    assert [edge["node"]["id"] for edge in seen_by_self["tickets"]["edges"]] == [
        paused["id"],
        on_sale["id"],
    ]
    (seen_by_stranger,) = await stranger.entities(person)
    assert [edge["node"]["id"] for edge in seen_by_stranger["tickets"]["edges"]] == [on_sale["id"]]
    assert seen_by_stranger["tickets"]["totalCount"] == 1


async def test_a_malformed_person_sells_nothing(seller: Seller) -> None:
    await seller.create()
    (nobody,) = await seller.entities({"__typename": "User", "id": "x"})
    assert nobody["tickets"] == {"totalCount": 0, "edges": []}


async def test_one_ticket_is_found_by_id_or_null(seller: Seller, anybody: Seller) -> None:
    ticket = await seller.create()
    assert await anybody.read(ticket["id"]) == ticket
    for unknown in ("01a1f8fe-eefc-79a1-8cbf-9260e41d4322", "x", "", "0", "\u0001", "🎫" * 50):
        assert await anybody.read(unknown) is None
