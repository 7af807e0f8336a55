"""Orders and payments without their processes: each thing that can happen is one call.

Real PostgreSQL with a virtual clock (`now()` is shadowed in the databases' search path); the
bus is a bag of messages, from which they are taken in any order, and any number of times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from shared import inbox
from shared.contracts import orders as order_facts
from shared.contracts.events import Event, decode
from shared.contracts.payments import RefundStatus
from shared.contracts.tickets import TicketSnapshot, TicketStatus
from shared.db import Database
from shared.worker import EventHandler
from subgraphs.orders import invariants as orders_invariants
from subgraphs.orders import reactions
from subgraphs.orders import service as ordering
from subgraphs.orders.models import DomainError as OrdersRefusal
from subgraphs.orders.models import HoldRules, Order, OrderRequest
from subgraphs.orders.subscribers import handlers as orders_handlers
from subgraphs.payments import inbound, refunds
from subgraphs.payments import invariants as payments_invariants
from subgraphs.payments import service as paying
from subgraphs.payments.desk import Desk
from subgraphs.payments.models import DomainError as PaymentsRefusal
from subgraphs.payments.subscribers import HANDLERS as PAYMENTS_HANDLERS
from tests.subgraphs.market import a_ticket
from tests.subgraphs.model.provider import Provider

RULES = HoldRules(hold_seconds=900, limit_per_buyer=2)
BUYERS = tuple(uuid4() for _ in range(3))
INSTANT = frozenset({"I1", "I1b", "I2", "I3", "I4", "I5", "I6", "I11", "R15"})
"""Invariants that hold after every single step."""
T = TypeVar("T")

VIRTUAL_CLOCK = """
CREATE SCHEMA virtual;
CREATE TABLE virtual.clock (at timestamptz);
INSERT INTO virtual.clock SELECT pg_catalog.now();
CREATE FUNCTION virtual.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT at FROM virtual.clock';
"""
"""`now()` finds this one first, once the search path says so."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A message on its way to one consumer."""

    consumer: str
    event: Event


@dataclass
class World:
    """Two services, a provider, some people, and what is on its way between them."""

    orders: Database
    payments: Database
    provider: Provider = field(default_factory=Provider)
    bag: list[Carried] = field(default_factory=list)
    tickets: list[TicketSnapshot] = field(default_factory=list)
    placed: list[Order] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        """Who calls the provider."""
        return Desk(self.payments, self.provider)

    async def reset(self) -> None:
        """Nothing has ever happened."""
        for database in (self.orders, self.payments):
            async with database.transaction() as session:
                found = await session.execute(
                    text(
                        "SELECT string_agg(format('%I.%I', schemaname, tablename), ',')"
                        " FROM pg_tables WHERE schemaname = 'public'"
                        " AND tablename <> 'alembic_version'"
                    )
                )
                await session.execute(text(f"TRUNCATE {found.scalar_one()}"))
        self.provider, self.bag, self.tickets, self.placed = Provider(), [], [], []

    async def pass_time(self, seconds: int) -> None:
        """Both databases' clocks go ahead."""
        for database in (self.orders, self.payments):
            async with database.transaction() as session:
                await session.execute(
                    text("UPDATE virtual.clock SET at = at + make_interval(secs => :s)"),
                    {"s": float(seconds)},
                )

    async def list_ticket(self, quantity: int, price_minor: int) -> None:
        """A listing, and its event on the way."""
        ticket = a_ticket(price_minor, quantity)
        self.tickets.append(ticket)
        self._announce(ticket)

    async def edit_ticket(self, ticket: int, status: TicketStatus, quantity: int) -> None:
        """A newer version of a listing."""
        index = ticket % len(self.tickets)
        old = self.tickets[index]
        newer = replace(old, version=old.version + 1, status=status, quantity=quantity)
        self.tickets[index] = newer
        self._announce(newer)

    async def place(self, buyer: int, ticket: int, quantity: int, key: str) -> None:
        """Somebody orders; a refusal is an answer too."""
        listing = self.tickets[ticket % len(self.tickets)]
        request = OrderRequest(BUYERS[buyer % 3], listing.id, quantity, key)
        try:
            async with self.orders.transaction() as session:
                order = await ordering.place_order(session, request, RULES)
        except OrdersRefusal:
            return
        if all(order.id != each.id for each in self.placed):
            self.placed.append(order)

    async def cancel(self, order: int) -> None:
        """The buyer gives up."""
        chosen = self.placed[order % len(self.placed)]
        try:
            async with self.orders.transaction() as session:
                await ordering.cancel_order(session, chosen.buyer_id, chosen.id)
        except OrdersRefusal:
            return

    async def start_payment(self, order: int) -> None:
        """The buyer gets ready to pay; the process may die before it calls the provider."""
        chosen = self.placed[order % len(self.placed)]
        request = paying.StartRequest(chosen.buyer_id, chosen.id, str(uuid4()))
        try:
            async with self.payments.transaction() as session:
                payment = await paying.start_payment(session, request)
        except PaymentsRefusal:
            return
        if payment.intent_id is None:
            await self.desk.create_intent(paying.create_key(payment.id))

    async def refund(self, order: int, amount_minor: int | None) -> None:
        """The seller gives money back."""
        chosen = self.placed[order % len(self.placed)]
        request = refunds.RefundRequest(
            chosen.seller_id, chosen.id, str(uuid4()), amount_minor, "a reason"
        )
        try:
            async with self.payments.transaction() as session:
                await refunds.refund_order(session, request)
        except PaymentsRefusal:
            return

    async def sweep(self) -> None:
        """Orders' sweeper."""
        async with self.orders.transaction() as session:
            await reactions.expire_due_orders(session, 10)

    async def hear_of(self, intent_id: str) -> None:
        """A webhook about an intent is processed."""
        event = inbound.StoredEvent(f"evt_{uuid4()}", "test", intent_id, None, 1)
        await inbound.process(self.payments, self.provider, event)

    async def relay(self) -> int:
        """What the outboxes hold goes on its way."""
        moved = 0
        for database in (self.orders, self.payments):
            async with database.transaction() as session:
                rows = await session.execute(
                    text(
                        "UPDATE outbox SET sent_at = now() WHERE sent_at IS NULL"
                        " AND coalesce(deliver_at, now()) <= now() RETURNING event"
                    )
                )
                events = [decode(orjson.dumps(row.event)) for row in rows.all()]
            for event in events:
                moved += 1
                self._carry(event)
        return moved

    async def deliver(self, index: int, keep: bool = False) -> None:
        """One message, whichever, reaches its consumer; with `keep` it will come again."""
        if not self.bag:
            return
        position = index % len(self.bag)
        carried = self.bag[position] if keep else self.bag.pop(position)
        database = self.orders if carried.consumer == "orders" else self.payments
        table = handlers_of(carried.consumer)
        handler = table.get(carried.event.type)
        if handler is None:
            return
        async with database.transaction() as session:
            if await inbox.first_time(session, carried.consumer, carried.event.id):
                await handler(session, carried.event)

    async def bustle(self, messages: Sequence[int]) -> None:
        """Some messages are relayed and delivered, in any order, and some calls made."""
        for index in messages:
            await self.relay()
            await self.deliver(index)
        await self.desk.work()

    async def lose_a_nudge(self) -> None:
        """A delayed message gets lost: only promptness may suffer."""
        nudges = [each for each in self.bag if each.event.type == order_facts.EXPIRY_DUE]
        if nudges:
            self.bag.remove(nudges[0])

    async def settle(self) -> None:
        """Heal everything and wait: no faults, all delivered, all calls made, all holds over."""
        self.provider.faults.clear()
        for _ in range(6):
            while await self.relay() or self.bag:
                while self.bag:
                    await self.deliver(0)
                await self.desk.work()
            for intent_id in list(self.provider.intents):
                await self.hear_of(intent_id)
            await self.desk.work()
            await self.sweep()
            await self.pass_time(400)
        while await self.relay() or self.bag:
            while self.bag:
                await self.deliver(0)
            await self.desk.work()

    async def broken(self, *, at_rest: bool = False) -> list[str]:
        """Every invariant that does not hold; at rest also those that need quiet."""
        async with self.orders.reading() as session:
            found = await orders_invariants.violations(session)
        async with self.payments.reading() as session:
            found += await payments_invariants.violations(session)
        broken = [str(each) for each in found if at_rest or each.invariant.id in INSTANT]
        return broken + (await self._unsettled() if at_rest else [])

    async def _unsettled(self) -> list[str]:
        """I7, I8, I10, I11 across the services and the provider."""
        statuses = await self._statuses()
        async with self.payments.reading() as session:
            rows = (
                await session.execute(
                    text(
                        "SELECT order_id, status, intent_id, captured_minor - refunded_minor AS"
                        " kept, amount_minor, captured_minor FROM payments"
                    )
                )
            ).all()
            replicas = (
                await session.execute(text("SELECT id, status, version FROM order_replica"))
            ).all()
            failed = await session.execute(
                text("SELECT order_id FROM refunds WHERE status = :failed"),
                {"failed": RefundStatus.FAILED},
            )
            unlucky = set(failed.scalars().all())
        wrong = []
        kept: dict[UUID, int] = {}
        for row in rows:
            kept[row.order_id] = kept.get(row.order_id, 0) + row.kept
            if row.intent_id and self.provider.kept_minor(row.intent_id) != row.kept:
                wrong.append(f"I11 payment of order {row.order_id} differs from the provider")
            if row.status in ("AUTHORIZED", "CAPTURING"):
                wrong.append(f"R19 payment of order {row.order_id} is left {row.status}")
        for order_id, (status, total, _) in statuses.items():
            money = kept.get(order_id, 0)
            completed = status in ("COMPLETED", "REFUND_FAILED")
            if completed and money != total and order_id not in unlucky:
                wrong.append(f"I7 order {order_id} is {status} with {money} of {total}")
            dead = status in ("CANCELLED", "EXPIRED", "FAILED")
            if dead and money and order_id not in unlucky:
                wrong.append(f"I8 order {order_id} is {status} and keeps {money}")
            if status in ("RESERVED", "AWAITING_PAYMENT", "CONFIRMED", "REFUNDING"):
                wrong.append(f"I9 order {order_id} is still {status}")
        known = {row.id: (row.status, row.version) for row in replicas}
        wrong += [
            f"I10 payments knows of order {each}: there is none"
            for each in known.keys() - statuses.keys()
        ]
        for order_id, (status, _, version) in statuses.items():
            if known.get(order_id) != (status, version):
                wrong.append(f"I10 payments thinks {known.get(order_id)} of {order_id}: {status}")
        return wrong

    async def _statuses(self) -> Mapping[UUID, tuple[str, int, int]]:
        async with self.orders.reading() as session:
            rows = await session.execute(
                text("SELECT id, status, total_minor, version FROM orders")
            )
            return {row.id: (row.status, row.total_minor, row.version) for row in rows.all()}

    def _announce(self, ticket: TicketSnapshot) -> None:
        event = Event(
            id=uuid4(),
            type="tickets.ticket.updated",
            aggregate_id=ticket.id,
            aggregate_version=ticket.version,
            occurred_at=datetime.now(UTC),
            data=ticket.to_data(),
        )
        self._carry(event)

    def _carry(self, event: Event) -> None:
        for consumer in ("orders", "payments"):
            if event.type in handlers_of(consumer):
                self.bag.append(Carried(consumer, event))


ORDERS_HANDLERS = orders_handlers(RULES)


def handlers_of(consumer: str) -> Mapping[str, EventHandler]:
    """What a consumer does with which events."""
    return ORDERS_HANDLERS if consumer == "orders" else PAYMENTS_HANDLERS


async def make_virtual(url: str) -> None:
    """Give the database a clock that only `pass_time` moves."""
    database = Database(url, 1)
    async with database.transaction() as session:
        for statement in VIRTUAL_CLOCK.split(";\n"):
            if statement.strip():
                await session.execute(text(statement))
        name = (await session.execute(text("SELECT current_database()"))).scalar_one()
        path = "virtual, pg_catalog, public"
        await session.execute(text(f"ALTER DATABASE {name} SET search_path = {path}"))
    await database.close()


def chosen(items: Sequence[T], index: int) -> T:
    """Some item, whatever the index."""
    return items[index % len(items)]
