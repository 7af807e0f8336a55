"""Which event sets off which reaction: the workers' table, one transaction per event."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import orders, payments, tickets
from shared.contracts.events import Event
from shared.contracts.orders import ExpiryDueData
from shared.contracts.payments import PaymentSnapshot, RefundSnapshot
from shared.contracts.tickets import TicketSnapshot
from shared.worker import EventHandler
from subgraphs.orders import reactions
from subgraphs.orders.models import HoldRules

PAYMENT_FACTS = (
    payments.PAYMENT_CREATED,
    payments.PAYMENT_REQUIRES_ACTION,
    payments.PAYMENT_AUTHORIZED,
    payments.PAYMENT_CAPTURED,
    payments.PAYMENT_CAPTURE_FAILED,
    payments.PAYMENT_CANCELED,
    payments.PAYMENT_FAILED,
)
REFUND_FACTS = (
    payments.REFUND_REQUESTED,
    payments.REFUND_SUCCEEDED,
    payments.REFUND_FAILED,
)
TICKET_FACTS = (
    tickets.TICKET_LISTED,
    tickets.TICKET_UPDATED,
    tickets.TICKET_PAUSED,
    tickets.TICKET_WITHDRAWN,
)


async def on_ticket(session: AsyncSession, event: Event) -> None:
    """Any fact about a listing: the snapshot says it all."""
    await reactions.apply_ticket(session, TicketSnapshot.from_data(event.data))


async def on_refund(session: AsyncSession, event: Event) -> None:
    """Any fact about a refund."""
    await reactions.apply_refund(session, RefundSnapshot.from_data(event.data))


async def on_expiry_due(session: AsyncSession, event: Event) -> None:
    """The nudge; early, late, doubled or lost, the database clock decides."""
    await reactions.expire_order(session, ExpiryDueData.from_data(event.data).order_id)


def handlers(rules: HoldRules) -> Mapping[str, EventHandler]:
    """HANDLERS of the orders service: event type → what to do."""

    async def on_payment(session: AsyncSession, event: Event) -> None:
        """Any fact about a payment."""
        await reactions.apply_payment(session, PaymentSnapshot.from_data(event.data), rules)

    return {
        **dict.fromkeys(TICKET_FACTS, on_ticket),
        **dict.fromkeys(PAYMENT_FACTS, on_payment),
        **dict.fromkeys(REFUND_FACTS, on_refund),
        orders.EXPIRY_DUE: on_expiry_due,
    }
