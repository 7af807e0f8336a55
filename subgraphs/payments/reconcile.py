"""The provider's books in, ours brought into line out, and an alarm for what cannot be.

`python -m subgraphs.payments.reconcile --hours 24` prints what was compared and what differed,
and ends with 1 when a human must look. The worker does the same each hour.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import logging as service_logging
from shared.contracts.payments import PaymentStatus
from shared.db import Database
from subgraphs.payments.alarms import AlarmKind, raise_alarm
from subgraphs.payments.gateway import Intent, IntentStatus, PaymentGateway, Transfer
from subgraphs.payments.models import Payment
from subgraphs.payments.refunds import apply_transfer
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.payments.settlement import apply_intent
from subgraphs.payments.states import WITH_MONEY
from subgraphs.payments.stripe_gateway import StripeGateway
from subgraphs.payments.tables import ledger_entries, payments, refunds

HOLDS_MONEY = frozenset({IntentStatus.REQUIRES_CAPTURE, IntentStatus.SUCCEEDED})
OVERDUE = timedelta(minutes=10)


@dataclass
class Report:
    """What was compared, and what differs in words."""

    intents: int = 0
    refunds: int = 0
    mended: int = 0
    differences: list[str] = field(default_factory=list)


async def reconcile(database: Database, gateway: PaymentGateway, since: datetime) -> Report:
    """Compare every intent made since then, with its refunds, to payments and ledger.

    What a lost webhook left behind is made up for; money that nobody here knows of, and a
    ledger that differs from the provider, raise an alarm.
    """
    report = Report()
    async for intent in gateway.intents_since(since):
        report.intents += 1
        payment = await _bring_up_to_date(database, intent, report)
        if payment is not None and payment.status in WITH_MONEY:
            transfers = [each async for each in gateway.refunds_of(intent.id)]
            report.refunds += len(transfers)
            await _compare_refunds(database, payment, transfers, report)
            await _compare_ledger(database, payment, report)
    return report


async def raise_overdue_alarms(database: Database) -> None:
    """An authorisation that is neither captured nor let go is somebody's blocked money (R19)."""
    waiting = (PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURING)
    async with database.transaction() as session:
        overdue = await session.execute(
            select(payments.c.id, payments.c.status, payments.c.updated_at).where(
                payments.c.status.in_(waiting), payments.c.updated_at < func.now() - OVERDUE
            )
        )
        for row in overdue.all():
            message = f"{row.status} since {row.updated_at:%FT%TZ}"
            await raise_alarm(session, AlarmKind.CAPTURE_OVERDUE, str(row.id), message)


async def _bring_up_to_date(database: Database, intent: Intent, report: Report) -> Payment | None:
    async with database.transaction() as session:
        found = await session.execute(
            select(payments.c.id, payments.c.version).where(
                or_(payments.c.intent_id == intent.id, payments.c.id == intent.payment_id)
            )
        )
        known = found.one_or_none()
        if known is None:
            if intent.status in HOLDS_MONEY:
                await _alarm(session, report, intent.id, f"intent is {intent.status}, unknown here")
            return None
        payment = await apply_intent(session, known.id, intent)
        report.mended += payment.version > known.version
        return payment


async def _compare_refunds(
    database: Database, payment: Payment, transfers: list[Transfer], report: Report
) -> None:
    async with database.transaction() as session:
        for transfer in transfers:
            refund_id = await _refund_of(session, transfer)
            if refund_id is None:
                message = f"refund of {transfer.amount_minor} of payment {payment.id}, unknown here"
                await _alarm(session, report, transfer.id, message)
            else:
                await apply_transfer(session, refund_id, transfer)


async def _refund_of(session: AsyncSession, transfer: Transfer) -> UUID | None:
    found = await session.execute(
        select(refunds.c.id).where(
            or_(refunds.c.provider_id == transfer.id, refunds.c.id == transfer.refund_id)
        )
    )
    return found.scalar_one_or_none()


async def _compare_ledger(database: Database, payment: Payment, report: Report) -> None:
    """The provider's account in the ledger, against the payment's own figures."""
    account = f"provider:{payment.amount.currency}"
    async with database.transaction() as session:
        found = await session.execute(
            select(
                payments.c.captured_minor - payments.c.refunded_minor,
                select(func.coalesce(func.sum(ledger_entries.c.amount_minor), 0))
                .where(
                    ledger_entries.c.payment_id == payment.id, ledger_entries.c.account == account
                )
                .scalar_subquery(),
            ).where(payments.c.id == payment.id)
        )
        kept, entered = found.one()
        if kept != entered:
            report.differences.append(f"{payment.id}: ledger {entered}, payment {kept}")
            await raise_alarm(
                session, AlarmKind.LEDGER_DIFFERS, str(payment.id), f"{entered} is not {kept}"
            )


async def _alarm(session: AsyncSession, report: Report, subject: str, message: str) -> None:
    report.differences.append(f"{subject}: {message}")
    await raise_alarm(session, AlarmKind.UNKNOWN_MONEY, subject, message)


async def _run(settings: PaymentsSettings, hours: int) -> int:
    database = Database(settings.database_url, pool_size=2)
    gateway = StripeGateway(settings.account)
    try:
        report = await reconcile(database, gateway, datetime.now(UTC) - timedelta(hours=hours))
    finally:
        await gateway.close()
        await database.close()
    compared = f"{report.intents} intents, {report.refunds} refunds compared"
    sys.stdout.write(f"{compared}; {report.mended} payments brought up to date\n")
    for difference in report.differences:
        sys.stdout.write(f"DIFFERS {difference}\n")
    return 1 if report.differences else 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.payments.reconcile")
    parser.add_argument("--hours", type=int, default=24, help="how far back (default 24)")
    options = parser.parse_args()
    settings = PaymentsSettings()
    service_logging.configure("payments reconcile", settings.log_format, settings.log_level)
    return asyncio.run(_run(settings, options.hours))


if __name__ == "__main__":
    sys.exit(main())
