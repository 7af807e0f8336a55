"""Claims about a database in, what breaks them out: one round trip, for tests and operators.

A service lists its `Invariant`s; `violations` is the oracle, `report` the operator's view.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Invariant:
    """A claim, and the query that finds what breaks it: one column, the subject.

    `steps` are the values of the query's parameter `:steps`, when it has one.
    """

    id: str
    claim: str
    counterexamples: str
    steps: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be."""

    invariant: Invariant
    subject: str

    def __str__(self) -> str:
        return f"{self.invariant.id} {self.invariant.claim}: {self.subject}"


async def violations(session: AsyncSession, invariants: Sequence[Invariant]) -> list[Violation]:
    """Everything that breaks one of `invariants` now; empty when all is well."""
    branches = [_branch(number, each) for number, each in enumerate(invariants)]
    statement = text(" UNION ALL ".join(branches)).bindparams(
        *(
            bindparam(f"steps_{number}", list(invariant.steps), type_=ARRAY(Text))
            for number, invariant in enumerate(invariants)
            if ":steps" in invariant.counterexamples
        )
    )
    result = await session.execute(statement)
    return [Violation(invariants[row.number], row.subject) for row in result.all()]


def _branch(number: int, invariant: Invariant) -> str:
    """The counterexamples with the invariant's number; the queries are the services' constants."""
    query = invariant.counterexamples.replace(":steps", f":steps_{number}")
    table = f"broken_{number}(subject)"
    return f"SELECT {number} AS number, CAST(subject AS text) AS subject FROM ({query}) AS {table}"  # noqa: S608


async def report(url: str, invariants: Sequence[Invariant]) -> tuple[str, bool]:
    """Each invariant with how often it is broken and by what, and whether none is."""
    database = Database(url, pool_size=1)
    try:
        async with database.reading() as session:
            found = await violations(session, invariants)
    finally:
        await database.close()
    lines = []
    for invariant in invariants:
        broken = [each.subject for each in found if each.invariant is invariant]
        lines.append(f"{invariant.id:4} {len(broken):5} broken  {invariant.claim}")
        lines += [f"            {subject}" for subject in broken[:SHOWN]]
    return "\n".join(lines) + "\n", not found
