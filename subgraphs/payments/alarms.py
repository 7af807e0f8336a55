"""What a human must see: raised once per kind and subject, kept until it is cleared.

`python -m subgraphs.payments.alarms` lists what is open, and ends with 1 when something is;
`--clear KIND SUBJECT` puts one away.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
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


async def open_alarms(session: AsyncSession) -> list[str]:
    """What nobody has cleared, oldest first, a line each."""
    found = await session.execute(
        select(alarms).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.raised_at)
    )
    return [
        f"{row.raised_at:%FT%TZ} {row.kind} {row.subject}: {row.message}" for row in found.all()
    ]


async def clear_alarm(session: AsyncSession, kind: str, subject: str) -> bool:
    """Put an open alarm away; False when there is none."""
    cleared = await session.execute(
        update(alarms)
        .where(alarms.c.kind == kind, alarms.c.subject == subject, alarms.c.cleared_at.is_(None))
        .values(cleared_at=func.now())
        .returning(alarms.c.kind)
    )
    return cleared.one_or_none() is not None


async def _run(url: str, to_clear: Sequence[str] | None) -> int:
    database = Database(url, pool_size=1)
    try:
        if to_clear is not None:
            async with database.transaction() as session:
                return 0 if await clear_alarm(session, *to_clear) else 1
        async with database.reading() as session:
            found = await open_alarms(session)
    finally:
        await database.close()
    sys.stdout.write("".join(f"{line}\n" for line in found) or "no alarm is open\n")
    return 1 if found else 0


def main() -> int:
    """The command; DATABASE_URL names the payments database."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.payments.alarms")
    parser.add_argument("--clear", nargs=2, metavar=("KIND", "SUBJECT"))
    return asyncio.run(_run(os.environ["DATABASE_URL"], parser.parse_args().clear))


if __name__ == "__main__":
    sys.exit(main())
