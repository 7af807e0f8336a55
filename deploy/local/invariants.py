"""A running product in, every broken invariant out: over all databases, bus and provider.

`python -m deploy.local.invariants` reads `run.json`, prints each invariant with its figure, and
ends with 1 when one is broken. I1–I6 hold at every instant, the others within 30 s of quiet.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from deploy.local.layout import Layout
from shared import invariants
from shared.bus.connect import connect
from shared.contracts.topology import QUEUES
from shared.db import Database
from shared.invariants import Invariant, Violation
from subgraphs.orders.invariants import INVARIANTS as ORDERS
from subgraphs.payments.gateway import TransferStatus
from subgraphs.payments.invariants import INVARIANTS as PAYMENTS
from subgraphs.payments.stripe_gateway import StripeAccount, StripeGateway
from subgraphs.tickets.invariants import INVARIANTS as TICKETS
from subgraphs.users.invariants import INVARIANTS as USERS

PER_SERVICE: Mapping[str, Sequence[Invariant]] = {
    "users": USERS,
    "tickets": TICKETS,
    "orders": ORDERS,
    "payments": PAYMENTS,
}
QUERIES: Mapping[str, tuple[str, str]] = {
    "orders": (
        "orders",
        "SELECT CAST(id AS text) AS id, status, version, total_minor FROM orders",
    ),
    "money": (
        "payments",
        (
            "SELECT CAST(order_id AS text) AS id, sum(captured_minor - refunded_minor) AS kept,"
            " sum(captured_minor) AS captured FROM payments GROUP BY order_id"
        ),
    ),
    "orders as payments sees them": (
        "payments",
        "SELECT CAST(id AS text) AS id, status, version FROM order_replica",
    ),
    "payments": ("payments", "SELECT CAST(id AS text) AS id, status, version FROM payments"),
    "payments as orders sees them": (
        "orders",
        "SELECT CAST(payment_id AS text) AS id, status, version FROM payment_replica",
    ),
    "tickets": ("tickets", "SELECT CAST(id AS text) AS id, version FROM tickets"),
    "tickets as orders sees them": (
        "orders",
        "SELECT CAST(ticket_id AS text) AS id, ticket_version AS version FROM stock",
    ),
    "stocks": ("orders", "SELECT CAST(ticket_id AS text) AS id, version FROM stock"),
    "stocks as tickets sees them": (
        "tickets",
        "SELECT CAST(ticket_id AS text) AS id, version FROM stock",
    ),
    "intents": (
        "payments",
        (
            "SELECT intent_id AS id, captured_minor - refunded_minor AS kept FROM payments"
            " WHERE intent_id IS NOT NULL"
        ),
    ),
}
"""What the claims over several databases compare: the database, and rows with an `id`."""

Rows = Mapping[str, Any]
Table = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Claim:
    """An invariant over several databases, and the function that finds what breaks it."""

    invariant: Invariant
    find: Callable[[Mapping[str, Table]], list[str]]


def completed_is_paid(tables: Mapping[str, Table]) -> list[str]:
    """I7: what the house keeps of an order's money, by the order's status."""
    wrong = []
    for order_id, order in tables["orders"].items():
        kept = _kept(tables, order_id)
        total = order["total_minor"]
        fits = {
            "COMPLETED": kept == total,
            "REFUNDED": kept == 0,
            "PARTIALLY_REFUNDED": 0 < kept < total,
            "REFUND_FAILED": 0 < kept <= total,
        }
        if not fits.get(order["status"], True):
            wrong.append(f"order {order_id} is {order['status']} with {kept} of {total}")
    return wrong


def dead_orders_keep_nothing(tables: Mapping[str, Table]) -> list[str]:
    """I8."""
    dead = ("CANCELLED", "EXPIRED", "FAILED")
    return [
        f"order {order_id} is {order['status']} and keeps {_kept(tables, order_id)}"
        for order_id, order in tables["orders"].items()
        if order["status"] in dead and _kept(tables, order_id)
    ]


def replicas_equal(owner: str, replica: str) -> Callable[[Mapping[str, Table]], list[str]]:
    """I10: what is known elsewhere is the owner's newest version, as far as it was told.

    Payments tells of most of its versions, not of all: there, older ones are no news.
    """

    def find(tables: Mapping[str, Table]) -> list[str]:
        wrong = []
        for key, known in tables[replica].items():
            own = tables[owner].get(key)
            if own is None:
                wrong.append(f"{key} is not among the {owner}")
            elif known["version"] != own["version"] and owner != "payments":
                wrong.append(f"{key} is in version {own['version']}, known as {known['version']}")
        missing = tables[owner].keys() - tables[replica].keys()
        return wrong + [f"{key} is not known" for key in sorted(missing)]

    return find


def _kept(tables: Mapping[str, Table], order_id: str) -> int:
    money = tables["money"].get(order_id)
    return int(money["kept"]) if money else 0


CLAIMS = (
    Claim(
        Invariant("I7", "an order is completed if and only if it is paid, in equal amounts", ""),
        completed_is_paid,
    ),
    Claim(
        Invariant("I8", "no cancelled, expired or failed order keeps money", ""),
        dead_orders_keep_nothing,
    ),
    *(
        Claim(Invariant("I10", f"{replica} are what they are", ""), replicas_equal(owner, replica))
        for owner, replica in (
            ("orders", "orders as payments sees them"),
            ("payments", "payments as orders sees them"),
            ("tickets", "tickets as orders sees them"),
            ("stocks", "stocks as tickets sees them"),
        )
    ),
)
PARKED = Invariant("I10", "no message is parked", "")
PROVIDER = Invariant("I11", "the provider has the money that the payments say", "")


async def broken(state: Mapping[str, Any]) -> list[Violation]:
    """Every violation in the product that `run.json` describes."""
    urls: Mapping[str, str] = state["databases"]
    databases = {name: Database(urls[name], 1) for name in PER_SERVICE}
    try:
        found = []
        for name, claims in PER_SERVICE.items():
            async with databases[name].reading() as session:
                found += await invariants.violations(session, claims)
        tables = {
            name: await _read(databases[where], sql) for name, (where, sql) in QUERIES.items()
        }
    finally:
        for database in databases.values():
            await database.close()
    for claim in CLAIMS:
        found += [Violation(claim.invariant, each) for each in claim.find(tables)]
    found += [Violation(PARKED, each) for each in await _parked(state["bus_url"])]
    if "sandbox" in state:
        account = StripeAccount(state["sandbox"]["secret_key"], state["sandbox"]["url"])
        differing = await _compare_with_provider(account, tables["intents"])
        found += [Violation(PROVIDER, each) for each in differing]
    return found


async def _read(database: Database, query: str) -> Table:
    async with database.reading() as session:
        rows = await session.execute(text(query))
        return {row["id"]: dict(row) for row in rows.mappings()}


async def _parked(bus_url: str) -> list[str]:
    bus = connect(bus_url)
    await bus.start()
    try:
        await bus.declare(QUEUES)
        return [
            f"{parked.message.id} in {queue.name}: {parked.reason}"
            for queue in QUEUES
            for parked in await bus.parked(queue)
        ]
    finally:
        await bus.close()


async def _compare_with_provider(account: StripeAccount, known: Table) -> list[str]:
    """Money at the provider that the payments do not say, and the other way round."""
    gateway = StripeGateway(account)
    wrong, left = [], dict(known)
    try:
        async for intent in gateway.intents_since(datetime(2020, 1, 1, tzinfo=UTC)):
            kept = intent.received_minor
            if kept:
                async for transfer in gateway.refunds_of(intent.id):
                    if transfer.status is TransferStatus.SUCCEEDED:
                        kept -= transfer.amount_minor
            row = left.pop(intent.id, None)
            if (row["kept"] if row else 0) != kept:
                wrong.append(f"{intent.id}: {kept} there, {row['kept'] if row else 0} here")
    finally:
        await gateway.close()
    return wrong + [f"{intent_id} is not there" for intent_id in left]


def lines(found: Sequence[Violation]) -> list[str]:
    """Each invariant with how often it is broken, and by what."""
    told: list[str] = []
    known = [(name, each) for name, claims in PER_SERVICE.items() for each in claims]
    known += [("all", claim.invariant) for claim in CLAIMS]
    known += [("bus", PARKED), ("provider", PROVIDER)]
    for where, invariant in known:
        subjects = [each.subject for each in found if each.invariant is invariant]
        told.append(f"{invariant.id:4} {where:9} {len(subjects):5} broken  {invariant.claim}")
        told += [f"                 {subject}" for subject in subjects[: invariants.SHOWN]]
    return told


def main() -> int:
    """The command."""
    run_file = Layout.from_environment(os.environ).run_file
    if not run_file.exists():
        sys.stderr.write(f"foyer: nothing runs: there is no {run_file}\n")
        return 1
    found = asyncio.run(broken(json.loads(run_file.read_text())))
    sys.stdout.write("\n".join(lines(found)) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
