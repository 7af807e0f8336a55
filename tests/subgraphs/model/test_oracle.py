"""The oracle is tested: each fault of old is put back, one at a time, and is caught."""

import asyncio
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.contracts.events import Event
from shared.contracts.orders import OrderStatus
from shared.db import Database
from shared.ids import uuid7
from subgraphs.orders import placing, reactions, reservations, transitions
from subgraphs.orders.states import RULES, Change, HoldMove
from subgraphs.payments import service as paying
from subgraphs.payments.models import OrderReplica, Payment
from tests.subgraphs.model.provider import Card
from tests.subgraphs.model.world import World

Patch = pytest.MonkeyPatch
COPY_OF_PAYMENT = {
    "payments": "INSERT INTO payments (id, version, status, cause, order_id, buyer_id, seller_id,"
    " amount_minor, currency, created_at, updated_at) SELECT :id, 1, 'CREATED', cause, order_id,"
    " buyer_id, seller_id, amount_minor, currency, created_at, updated_at FROM payments LIMIT 1",
    "payment_events": "INSERT INTO payment_events (payment_id, version, to_status, cause, at)"
    " VALUES (:id, 1, 'CREATED', 'copied', now())",
}


async def begin(world: World, quantity: int = 1, buyers: int = 1) -> None:
    """A listing, ordered by some buyers, known to payments."""
    await world.reset()
    await world.list_ticket(quantity, 1000)
    await world.deliver(0)
    for buyer in range(buyers):
        await world.place(buyer, 0, 1, f"key {buyer}")
    await deliver_all(world)


async def deliver_all(world: World) -> None:
    while await world.relay() or world.bag:
        while world.bag:
            await world.deliver(0)


async def alter(database: Database, *statements: str) -> None:
    """Take a guard out of the database, too: the code's fault must show by itself."""
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


def rule_for_all(monkeypatch: Patch, change: Change) -> None:
    """The rule applies whatever the order's status."""
    rules = dict(RULES)
    rules[change] = replace(rules[change], sources=frozenset(OrderStatus))
    monkeypatch.setattr(transitions, "RULES", MappingProxyType(rules))
    transitions._known_statement.cache_clear()
    monkeypatch.setattr(transitions, "_known_statement", transitions._known_statement.__wrapped__)


def test_without_a_fault_the_same_stories_break_nothing(
    world: World, runner: asyncio.Runner
) -> None:
    async def story() -> list[str]:
        await begin(world, quantity=2, buyers=2)
        await world.start_payment(0)
        await world.cancel(1)
        world.provider.confirm(next(iter(world.provider.intents)), Card.PAYS)
        await world.settle()
        return await world.broken(at_rest=True)

    assert runner.run(story()) == []


def test_check_then_insert_reservation_is_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    unchecked = "UPDATE stock SET held = held + :quantity, version = version + 1"
    where = " WHERE ticket_id = :ticket_id AND :ticket_version > 0 RETURNING *"
    monkeypatch.setattr(placing, "TAKE", text(unchecked + where))

    async def story() -> list[str]:
        await begin(world, buyers=0)
        await alter(world.orders, "ALTER TABLE stock DROP CONSTRAINT ck_stock_not_oversold")
        await asyncio.gather(*(world.place(buyer, 0, 1, "key") for buyer in range(3)))
        return await world.broken()

    found = runner.run(story())
    assert any(each.startswith("I1 ") for each in found)
    assert any(each.startswith("I2 ") for each in found)


def test_unconditional_release_on_cancel_is_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    rule_for_all(monkeypatch, Change.CANCEL)

    async def release(session: AsyncSession, order_ids: list[UUID], move: HoldMove) -> list[object]:
        await session.execute(
            text(
                "UPDATE stock SET held = held - 1 FROM orders o"
                " WHERE o.id = ANY(:ids) AND o.ticket_id = stock.ticket_id"
            ),
            {"ids": order_ids},
        )
        return []

    monkeypatch.setattr(reservations, "move_holds", release)

    async def story() -> list[str]:
        await begin(world, quantity=2, buyers=2)
        await world.cancel(0)
        await world.cancel(0)
        return await world.broken()

    found = runner.run(story())
    assert any(each.startswith("I1 ") for each in found)


def test_completing_whatever_the_state_is_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    rule_for_all(monkeypatch, Change.COMPLETE)

    async def without_conditions(
        session: AsyncSession, order_ids: Any, change: Change, occasion: Any
    ) -> Any:
        return await update(session, order_ids, change, replace(occasion, by_payment=None))

    update = transitions._update
    monkeypatch.setattr(transitions, "_update", without_conditions)

    async def story() -> list[str]:
        await begin(world)
        await world.start_payment(0)
        await world.cancel(0)
        async with world.orders.transaction() as session:
            order = world.placed[0].id
            occasion = transitions.Occasion("captured")
            await transitions.change_order(session, order, Change.COMPLETE, occasion)
        return await world.broken()

    found = runner.run(story())
    assert any(each.startswith("I1b") for each in found)
    assert any(each.startswith("I6 ") for each in found)


def test_two_active_payments_of_one_order_are_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    async def none_active(*_: object) -> None:
        return None

    async def insert_anyway(session: AsyncSession, order: OrderReplica) -> Payment:
        """A second one beside the first, as if there were no unique index."""
        for table in ("payments", "payment_events"):
            await session.execute(text(COPY_OF_PAYMENT[table]), {"id": another})
        found = await paying.find_payment(session, another)
        assert found is not None
        return found

    another = uuid7()
    monkeypatch.setattr(paying, "_active_payment", none_active)

    async def story() -> list[str]:
        await begin(world)
        await world.start_payment(0)
        await alter(world.payments, "DROP INDEX payments_one_active_per_order")
        monkeypatch.setattr(paying, "_insert_payment", insert_anyway)
        await world.start_payment(0)
        return await world.broken()

    found = runner.run(story())
    assert any(each.startswith("I3 ") for each in found)


def test_demanding_the_very_next_version_is_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    """A gap is nothing bad; who waits for what never comes is stuck."""

    async def strict(session: AsyncSession, replica: Any, key: Any, seen: tuple[int, str]) -> bool:
        version, _ = seen
        known = await session.execute(
            text(f"SELECT coalesce(max(version), 0) FROM {replica.name} WHERE order_id = :order"),
            {"order": key["order_id"]},
        )
        if version != known.scalar_one() + 1:
            return False
        return await is_newer(session, replica, key, seen)

    is_newer = reactions._is_newer
    monkeypatch.setattr(reactions, "_is_newer", strict)
    found = runner.run(paid_story(world))
    assert any(each.startswith("R19 ") for each in found)


def test_one_provider_key_per_order_is_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    """The second payment of an order would get the first one's dead intent."""
    monkeypatch.setattr(paying, "create_key", lambda _: "create:order")

    async def story() -> list[str]:
        await begin(world)
        await world.start_payment(0)
        await world.provider.cancel_intent(next(iter(world.provider.intents)), "by hand")
        await world.hear_of(next(iter(world.provider.intents)))
        await world.start_payment(0)
        await world.settle()
        async with world.payments.reading() as session:
            made = await session.execute(text("SELECT count(*) FROM payments"))
            intents = len(world.provider.intents)
            return [] if made.scalar_one() == intents == 2 else ["the order cannot be paid anew"]

    assert runner.run(story()) != []


def test_publishing_before_the_commit_is_caught(
    world: World, runner: asyncio.Runner, monkeypatch: Patch
) -> None:
    async def publish_now(session: AsyncSession, events: list[Event], **_: object) -> None:
        for event in events:
            world._carry(event)

    async def then_fail(*_: object) -> None:
        raise IntegrityError("the commit", {}, ValueError("the connection was lost"))

    async def story() -> list[str]:
        await begin(world, buyers=0)
        monkeypatch.setattr(outbox, "append_many", publish_now)
        monkeypatch.setattr("shared.live.notify_many", then_fail)
        with pytest.raises(IntegrityError):
            await world.place(0, 0, 1, "key")
        monkeypatch.undo()
        await world.settle()
        return await world.broken(at_rest=True)

    found = runner.run(story())
    assert any(each.startswith("I10") for each in found)


async def paid_story(world: World) -> list[str]:
    """An order that is paid while the events overtake each other."""
    await begin(world)
    await world.start_payment(0)
    world.provider.confirm(next(iter(world.provider.intents)), Card.PAYS)
    await world.hear_of(next(iter(world.provider.intents)))
    await world.relay()
    while world.bag:
        await world.deliver(len(world.bag) - 1)
    await world.settle()
    return await world.broken(at_rest=True)


def test_the_same_story_with_the_rule_as_it_is_ends_well(
    world: World, runner: asyncio.Runner
) -> None:
    assert runner.run(paid_story(world)) == []
