"""What tests of payments do again and again."""

from typing import Any
from uuid import UUID, uuid4

from shared.contracts.tickets import TicketSnapshot
from tests.subgraphs.market import Market, a_ticket
from tests.testkit.eventually import eventually


async def a_reserved_order(market: Market, buyer: UUID, **changes: Any) -> Any:
    """A new listing's order."""
    ticket = a_ticket(**changes)
    await market.list_ticket(ticket)
    return await market.place(buyer, ticket.id)


async def a_completed_order(
    market: Market, ticket: TicketSnapshot, buyer: UUID, method: str = "pm_card_visa"
) -> Any:
    """An order of `ticket`, listed here, paid by a card."""
    await market.list_ticket(ticket)
    order = await market.place(buyer, ticket.id)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.confirm(ready["clientSecret"], method)
    return await market.until(buyer, order["id"], "COMPLETED")


async def until_payment(market: Market, viewer: UUID, order_id: str, **expected: object) -> Any:
    """The payment, once it has all expected values."""

    async def arrived() -> bool:
        payment = await market.payment(viewer, order_id)
        return all(payment[name] == value for name, value in expected.items())

    await eventually(arrived, within_seconds=15)
    return await market.payment(viewer, order_id)


def a_key() -> str:
    """A fresh idempotency key."""
    return str(uuid4())
