"""The payments database in, every broken invariant out: the oracle of tests and of operators.

`python -m subgraphs.payments.invariants` prints each invariant with its figure and ends with 1
when one is broken. I3–I6 and I11 hold at every instant, I10 and R19 within their times.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from itertools import product

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.payments import PaymentStatus
from shared.db import Database
from subgraphs.payments.states import allowed

STEPS = frozenset(
    f"{source or ''}>{target}"
    for source, target in product((None, *PaymentStatus), PaymentStatus)
    if allowed(source, target)
)


@dataclass(frozen=True, slots=True)
class Invariant:
    """A claim, and the query that finds what breaks it (its first column names the subject)."""

    id: str
    claim: str
    counterexamples: str


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be."""

    invariant: Invariant
    subject: str

    def __str__(self) -> str:
        return f"{self.invariant.id} {self.invariant.claim}: {self.subject}"


INVARIANTS = (
    Invariant(
        "I3",
        "an order has at most one successful capture, and one active payment",
        """
        SELECT order_id FROM payments GROUP BY order_id
        HAVING count(*) FILTER (WHERE captured_minor > 0) > 1
            OR count(*) FILTER (WHERE status NOT IN ('CANCELED', 'CAPTURE_FAILED')) > 1
        """,
    ),
    Invariant(
        "I4",
        "what was captured less what was refunded is between nothing and the total",
        """
        SELECT p.id FROM payments p
        LEFT JOIN (
            SELECT payment_id, coalesce(sum(amount_minor) FILTER (WHERE status = 'SUCCEEDED'), 0)
                       AS refunded,
                   coalesce(sum(amount_minor) FILTER (WHERE status <> 'FAILED'), 0) AS promised
            FROM refunds GROUP BY payment_id
        ) r ON r.payment_id = p.id
        WHERE p.captured_minor - p.refunded_minor NOT BETWEEN 0 AND p.amount_minor
           OR p.refunded_minor <> coalesce(r.refunded, 0)
           OR coalesce(r.promised, 0) > p.captured_minor
        """,
    ),
    Invariant(
        "I5",
        "a payment's versions are 1..n without a gap, the last one its own",
        """
        SELECT p.id FROM payments p LEFT JOIN payment_events e ON e.payment_id = p.id
        GROUP BY p.id, p.version, p.status
        HAVING count(e.version) <> p.version OR max(e.version) IS DISTINCT FROM p.version
            OR min(e.version) IS DISTINCT FROM 1
            OR (array_agg(e.to_status ORDER BY e.version DESC))[1] IS DISTINCT FROM p.status
        """,
    ),
    Invariant(
        "I6",
        "no step outside the state table",
        """
        SELECT payment_id || ' v' || version || ' ' || coalesce(from_status, '') || '>' || to_status
        FROM (
            SELECT *, lag(to_status) OVER (PARTITION BY payment_id ORDER BY version) AS before
            FROM payment_events
        ) e
        WHERE NOT coalesce(from_status, '') || '>' || to_status = ANY(:steps)
           OR from_status IS DISTINCT FROM before
        """,
    ),
    Invariant(
        "I10",
        "everything in the outbox that is due was sent",
        """
        SELECT event_id FROM outbox
        WHERE sent_at IS NULL AND created_at < now() - interval '30 s'
        """,
    ),
    Invariant(
        "I11",
        "each movement of the ledger sums to nothing, each payment's to what the house keeps",
        """
        SELECT reference FROM ledger_entries GROUP BY reference HAVING sum(amount_minor) <> 0
        UNION ALL
        SELECT p.id::text FROM payments p
        LEFT JOIN (
            SELECT payment_id, sum(amount_minor) AS kept FROM ledger_entries
            WHERE account LIKE 'provider:%' GROUP BY payment_id
        ) l ON l.payment_id = p.id
        WHERE coalesce(l.kept, 0) <> p.captured_minor - p.refunded_minor
        """,
    ),
    Invariant(
        "R19",
        "no authorisation waits longer than 10 minutes",
        """
        SELECT id FROM payments
        WHERE status IN ('AUTHORIZED', 'CAPTURING') AND updated_at < now() - interval '10 min'
        """,
    ),
)


async def violations(session: AsyncSession) -> list[Violation]:
    """Everything that breaks an invariant now; empty when all is well."""
    found: list[Violation] = []
    for invariant in INVARIANTS:
        needs_steps = ":steps" in invariant.counterexamples
        parameters = {"steps": sorted(STEPS)} if needs_steps else {}
        result = await session.execute(text(invariant.counterexamples), parameters)
        found += [Violation(invariant, str(row[0])) for row in result.all()]
    return found


async def _report(url: str) -> int:
    database = Database(url, pool_size=1)
    async with database.reading() as session:
        found = await violations(session)
    await database.close()
    for invariant in INVARIANTS:
        broken = [each.subject for each in found if each.invariant is invariant]
        sys.stdout.write(f"{invariant.id:4} {len(broken):4} {invariant.claim}\n")
        for subject in broken[:10]:
            sys.stdout.write(f"          {subject}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_report(os.environ["DATABASE_URL"])))
