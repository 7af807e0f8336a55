"""The tickets database in, every broken invariant out: the oracle of the tests and of operators.

`python -m subgraphs.tickets.invariants` prints each invariant with its figure and ends with 1
when one is broken. I5 holds at every instant, I10 within 30 s of quiet.
"""

import asyncio
import os
import sys

from sqlalchemy.ext.asyncio import AsyncSession

import shared.invariants
from shared.invariants import Invariant, Violation

INVARIANTS = (
    Invariant(
        "I5",
        "a ticket's announced versions have no gap, the last one is its own",
        """
        SELECT a.id FROM tickets a JOIN (
            SELECT CAST(event->>'aggregateId' AS uuid) AS id,
                   CAST(event->>'aggregateVersion' AS int) AS version
            FROM outbox WHERE type LIKE 'tickets.ticket.%'
        ) e USING (id)
        GROUP BY a.id, a.version
        HAVING max(e.version) <> a.version OR count(*) <> max(e.version) - min(e.version) + 1
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
)


async def violations(session: AsyncSession) -> list[Violation]:
    """Everything that breaks an invariant of this service now; empty when all is well."""
    return await shared.invariants.violations(session, INVARIANTS)


if __name__ == "__main__":
    lines, all_hold = asyncio.run(shared.invariants.report(os.environ["DATABASE_URL"], INVARIANTS))
    sys.stdout.write(lines)
    sys.exit(0 if all_hold else 1)
