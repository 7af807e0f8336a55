"""The orders database in, every broken invariant out: the oracle of the tests and of operators.

`python -m subgraphs.orders.invariants` prints each invariant with its figure and ends with 1
when one is broken. I1–I6 hold at every instant, I9 and I10 within 30 s of quiet.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import product

from sqlalchemy.ext.asyncio import AsyncSession

import shared.invariants
from shared.contracts.orders import OrderStatus
from shared.invariants import Invariant, Violation
from subgraphs.orders.states import allowed

HOLDING = "status IN ('RESERVED', 'AWAITING_PAYMENT')"
OWNING = (
    "status IN ('CONFIRMED', 'COMPLETED', 'REFUNDING', 'REFUNDED', 'PARTIALLY_REFUNDED',"
    " 'REFUND_FAILED')"
)
STEPS = tuple(
    f"{source or ''}>{target}"
    for source, target in product((None, *OrderStatus), OrderStatus)
    if allowed(source, target)
)


INVARIANTS = (
    Invariant(
        "I1",
        "held and sold are within capacity and equal to the sums over the ticket's orders",
        f"""
        SELECT s.ticket_id FROM stock s
        LEFT JOIN (
            SELECT ticket_id, coalesce(sum(quantity) FILTER (WHERE {HOLDING}), 0) AS held,
                   coalesce(sum(quantity) FILTER (WHERE {OWNING}), 0) AS sold
            FROM orders GROUP BY ticket_id
        ) o USING (ticket_id)
        WHERE s.held < 0 OR s.sold < 0 OR s.held + s.sold > s.capacity
           OR s.held <> coalesce(o.held, 0) OR s.sold <> coalesce(o.sold, 0)
        """,  # noqa: S608  # both parts are constants of this module
    ),
    Invariant(
        "I1b",
        "an order's hold follows its status",
        f"""
        SELECT o.id FROM orders o LEFT JOIN holds h ON h.order_id = o.id
        WHERE h.state IS DISTINCT FROM
              CASE WHEN {HOLDING} THEN 'HELD' WHEN {OWNING} THEN 'SOLD' ELSE 'RELEASED' END
           OR h.quantity <> o.quantity OR h.ticket_id <> o.ticket_id
        """,  # noqa: S608  # both parts are constants of this module
    ),
    Invariant(
        "I2",
        "a ticket of which there is one is in at most one active order",
        f"""
        SELECT s.ticket_id FROM stock s JOIN orders o USING (ticket_id)
        WHERE s.capacity = 1 AND ({HOLDING} OR {OWNING})
        GROUP BY s.ticket_id HAVING count(*) > 1
        """,  # noqa: S608  # both parts are constants of this module
    ),
    Invariant(
        "I5",
        "an order's versions are 1..n without a gap, the last one its own",
        """
        SELECT o.id FROM orders o LEFT JOIN order_events e ON e.order_id = o.id
        GROUP BY o.id, o.version, o.status
        HAVING count(e.version) <> o.version OR max(e.version) IS DISTINCT FROM o.version
            OR min(e.version) IS DISTINCT FROM 1
            OR (array_agg(e.to_status ORDER BY e.version DESC))[1] IS DISTINCT FROM o.status
        """,
    ),
    Invariant(
        "I6",
        "no step outside the state table",
        """
        SELECT order_id || ' v' || version || ' ' || coalesce(from_status, '') || '>' || to_status
        FROM (
            SELECT *, lag(to_status) OVER (PARTITION BY order_id ORDER BY version) AS before
            FROM order_events
        ) e
        WHERE NOT coalesce(from_status, '') || '>' || to_status = ANY(:steps)
           OR from_status IS DISTINCT FROM before
        """,
        STEPS,
    ),
    Invariant(
        "I9",
        "no order stays unpaid past its hold by 30 s, or confirmed for longer than 60 s",
        f"""
        SELECT id FROM orders
        WHERE ({HOLDING} AND expires_at < now() - interval '30 s')
           OR (status = 'CONFIRMED' AND updated_at < now() - interval '60 s')
        """,  # noqa: S608  # the part is a constant of this module
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
        "R15",
        "the counter of each buyer and ticket is what the buyer has of it",
        """
        SELECT coalesce(l.buyer_id, h.buyer_id) || ' ' || coalesce(l.ticket_id, h.ticket_id)
        FROM buyer_limits l
        FULL JOIN (
            SELECT buyer_id, ticket_id, sum(quantity) AS quantity FROM holds
            WHERE state <> 'RELEASED' GROUP BY buyer_id, ticket_id
        ) h ON h.buyer_id = l.buyer_id AND h.ticket_id = l.ticket_id
        WHERE coalesce(l.quantity, 0) <> coalesce(h.quantity, 0)
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
