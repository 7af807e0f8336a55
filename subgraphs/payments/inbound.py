"""Stored webhook events in, payments brought up to date out (R11).

An event only says that something changed: its object is fetched anew, and the state table
keeps the payment from going back. So doubled, late and reordered events do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from subgraphs.payments.calls import LEASE_SECONDS, LONGEST_PAUSE_SECONDS
from subgraphs.payments.gateway import GatewayError, Intent, PaymentGateway
from subgraphs.payments.refunds import apply_transfer
from subgraphs.payments.settlement import apply_intent
from subgraphs.payments.states import OVER, WITH_MONEY
from subgraphs.payments.tables import payments, refunds, webhook_events

logger = logging.getLogger(__name__)

SHOWN_BY: Mapping[str, frozenset[str]] = {
    "payment_intent.succeeded": WITH_MONEY,
    "payment_intent.canceled": OVER,
}
"""The statuses in which an event of this type is no news, so that nothing need be fetched."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One webhook event that is leased to us."""

    id: str
    type: str
    intent_id: str | None
    refund_id: str | None
    tries: int


async def take_due_webhooks(session: AsyncSession, limit: int) -> Sequence[StoredEvent]:
    """Lease up to `limit` stored events that are not processed."""
    due = (
        select(webhook_events.c.id)
        .where(webhook_events.c.processed_at.is_(None), webhook_events.c.run_at <= func.now())
        .order_by(webhook_events.c.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leased = await session.execute(
        update(webhook_events)
        .where(webhook_events.c.id.in_(due.scalar_subquery()))
        .values(
            tries=webhook_events.c.tries + 1,
            run_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, LEASE_SECONDS),
        )
        .returning(
            webhook_events.c.id,
            webhook_events.c.type,
            webhook_events.c.intent_id,
            webhook_events.c.refund_id,
            webhook_events.c.tries,
        )
    )
    return [
        StoredEvent(row.id, row.type, row.intent_id, row.refund_id, row.tries)
        for row in leased.all()
    ]


async def process(database: Database, gateway: PaymentGateway, event: StoredEvent) -> None:
    """Fetch what the event is about and store what it has become; again later if that fails."""
    try:
        if event.refund_id is not None:
            await _process_refund(database, gateway, event, event.refund_id)
        elif event.intent_id is not None:
            await _process_intent(database, gateway, event, event.intent_id)
    except GatewayError as error:
        logger.warning("webhook %s (%s) waits: %s", event.id, event.type, error)
        await _postpone(database, event, str(error))


async def _process_intent(
    database: Database, gateway: PaymentGateway, event: StoredEvent, intent_id: str
) -> None:
    async with database.transaction() as session:
        if await _is_known_already(session, event.type, intent_id):
            await _mark_processed(session, event)
            return
    intent = await gateway.retrieve_intent(intent_id)
    async with database.transaction() as session:
        payment_id = await _payment_of(session, intent)
        if payment_id is not None:
            await apply_intent(session, payment_id, intent)
        await _mark_processed(session, event)


async def _process_refund(
    database: Database, gateway: PaymentGateway, event: StoredEvent, provider_id: str
) -> None:
    transfer = await gateway.retrieve_refund(provider_id)
    async with database.transaction() as session:
        result = await session.execute(
            select(refunds.c.id).where(
                or_(refunds.c.provider_id == transfer.id, refunds.c.id == transfer.refund_id)
            )
        )
        refund_id = result.scalar_one_or_none()
        if refund_id is not None:
            await apply_transfer(session, refund_id, transfer)
        await _mark_processed(session, event)


async def _is_known_already(session: AsyncSession, event_type: str, intent_id: str) -> bool:
    """Whether the payment is where the event claims, or past it: mostly our own call's echo."""
    found = await session.execute(
        select(payments.c.status).where(payments.c.intent_id == intent_id)
    )
    return found.scalar_one_or_none() in SHOWN_BY.get(event_type, frozenset())


async def _payment_of(session: AsyncSession, intent: Intent) -> UUID | None:
    result = await session.execute(
        select(payments.c.id).where(
            or_(payments.c.intent_id == intent.id, payments.c.id == intent.payment_id)
        )
    )
    return result.scalar_one_or_none()


async def _mark_processed(session: AsyncSession, event: StoredEvent) -> None:
    await session.execute(
        update(webhook_events)
        .where(webhook_events.c.id == event.id)
        .values(processed_at=func.now(), last_error=None)
    )


async def _postpone(database: Database, event: StoredEvent, reason: str) -> None:
    pause = min(2 ** min(event.tries, 10), LONGEST_PAUSE_SECONDS)
    async with database.transaction() as session:
        await session.execute(
            update(webhook_events)
            .where(webhook_events.c.id == event.id)
            .values(
                run_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, pause),
                last_error=reason,
            )
        )
