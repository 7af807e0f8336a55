"""The payments database in, every broken invariant out: the oracle of tests and of operators.

`python -m subgraphs.payments.invariants` prints each invariant with its figure and ends with 1
when one is broken. I3–I6 and I11 hold at every instant, I10 and R19 within their times.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import product

from sqlalchemy.ext.asyncio import AsyncSession

import shared.invariants
from shared.contracts.payments import PaymentStatus
from shared.invariants import Invariant, Violation
from subgraphs.payments.states import allowed

STEPS = tuple(
    f"{source or ''}>{target}"
    for source, target in product((None, *PaymentStatus), PaymentStatus)
    if allowed(source, target)
)


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
        STEPS,
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
    """Everything that breaks an invariant of this service now; empty when all is well."""
    return await shared.invariants.violations(session, INVARIANTS)


if __name__ == "__main__":
    lines, all_hold = asyncio.run(shared.invariants.report(os.environ["DATABASE_URL"], INVARIANTS))
    sys.stdout.write(lines)
    sys.exit(0 if all_hold else 1)
