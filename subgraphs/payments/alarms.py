"""What a human must see: raised once per kind and subject, kept until it is cleared."""

from __future__ import annotations

import logging
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.payments.tables import alarms

logger = logging.getLogger(__name__)


class AlarmKind(StrEnum):
    """What is wrong."""

    REFUND_FAILED = "REFUND_FAILED"
    CAPTURE_OVERDUE = "CAPTURE_OVERDUE"
    INTENT_REFUSED = "INTENT_REFUSED"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    UNKNOWN_MONEY = "UNKNOWN_MONEY"
    LEDGER_DIFFERS = "LEDGER_DIFFERS"


async def raise_alarm(session: AsyncSession, kind: AlarmKind, subject: str, message: str) -> None:
    """Put it where people look: the table and, as an error, the log."""
    logger.error("ALARM %s %s: %s", kind, subject, message)
    alarm = upsert(alarms).values(kind=kind, subject=subject, message=message)
    await session.execute(
        alarm.on_conflict_do_update(
            index_elements=["kind", "subject"],
            set_={"message": message, "raised_at": func.now(), "cleared_at": None},
        )
    )
