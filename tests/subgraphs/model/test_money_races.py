"""Races about money whose end is known: R2, R3, R4, R10, R11, on the world of the model test."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import text

from subgraphs.payments.gateway import IntentStatus, TransferStatus
from tests.subgraphs.model.provider import Card, Fault
from tests.subgraphs.model.world import World

PAYMENT = "SELECT status, captured_minor, refunded_minor, attempt FROM payments"
REFUNDS = "SELECT number, status, amount_minor FROM refunds ORDER BY number"


async def begin(world: World, quantity: int = 1) -> str:
    """A listing, an order of it known to payments, its payment started; the intent's id."""
    await world.reset()
    await world.list_ticket(quantity, 1000)
    await world.deliver(0)
    await world.place(0, 0, 1, "key")
    await deliver_all(world)
    await world.start_payment(0)
    return next(iter(world.provider.intents))


async def deliver_all(world: World) -> None:
    while await world.relay() or world.bag:
        while world.bag:
            await world.deliver(0)


async def rows(world: World, query: str) -> list[tuple[object, ...]]:
    async with world.payments.reading() as session:
        return [tuple(row) for row in (await session.execute(text(query))).all()]


async def order_status(world: World) -> str:
    async with world.orders.reading() as session:
        found = await session.execute(text("SELECT status FROM orders"))
        status: str = found.scalar_one()
        return status


def test_r3_money_of_an_order_that_cannot_stand_goes_back_in_full_once(
    world: World, runner: asyncio.Runner
) -> None:
    async def story() -> None:
        intent_id = await begin(world)
        intent = world.provider.intents[intent_id]
        taken = replace(intent, status=IntentStatus.SUCCEEDED, received_minor=1000)
        world.provider.intents[intent_id] = taken
        world.provider.cards[intent_id] = Card.PAYS
        await world.cancel(0)
        await deliver_all(world)
        world.provider.faults += [Fault.AFTER, Fault.BEFORE, Fault.AFTER]
        for _ in range(3):
            await asyncio.gather(world.hear_of(intent_id), world.hear_of(intent_id))
        await world.settle()
        assert await rows(world, PAYMENT) == [("REFUNDED", 1000, 1000, 1)]
        assert await rows(world, REFUNDS) == [(1, "SUCCEEDED", 1000)]
        assert await world.broken(at_rest=True) == []

    runner.run(story())


def test_r3_a_due_refund_that_fails_is_tried_again_as_a_new_one(
    world: World, runner: asyncio.Runner
) -> None:
    async def story() -> None:
        intent_id = await begin(world)
        intent = world.provider.intents[intent_id]
        taken = replace(intent, status=IntentStatus.SUCCEEDED, received_minor=1000)
        world.provider.intents[intent_id] = taken
        world.provider.cards[intent_id] = Card.REFUND_FAILS
        await world.cancel(0)
        await deliver_all(world)
        await world.hear_of(intent_id)
        await world.desk.work()
        assert (await rows(world, REFUNDS))[0][1] == "FAILED"
        assert await rows(world, "SELECT kind FROM alarms") == [("REFUND_FAILED",)]
        world.provider.cards[intent_id] = Card.PAYS
        await world.settle()
        assert await rows(world, REFUNDS) == [(1, "FAILED", 1000), (2, "SUCCEEDED", 1000)]
        assert await rows(world, PAYMENT) == [("REFUNDED", 1000, 1000, 1)]

    runner.run(story())


def test_r10_an_intent_made_before_the_crash_is_found_again_and_let_go(
    world: World, runner: asyncio.Runner
) -> None:
    """The answer to its creation was lost and the order is dead: it must not escape."""

    async def story() -> None:
        await world.reset()
        await world.list_ticket(1, 1000)
        await world.deliver(0)
        await world.place(0, 0, 1, "key")
        await deliver_all(world)
        world.provider.faults.append(Fault.AFTER)
        await world.start_payment(0)
        assert await rows(world, "SELECT intent_id FROM payments") == [(None,)]
        await world.cancel(0)
        await world.settle()
        intent = next(iter(world.provider.intents.values()))
        assert intent.status is IntentStatus.CANCELED
        assert len(world.provider.intents) == 1
        assert (await rows(world, PAYMENT))[0][0] == "CANCELED"

    runner.run(story())


def test_r11_news_that_come_late_take_nothing_back(world: World, runner: asyncio.Runner) -> None:
    async def story() -> None:
        intent_id = await begin(world)
        before = world.provider.intents[intent_id]
        world.provider.confirm(intent_id, Card.PAYS)
        await world.hear_of(intent_id)
        for _ in range(2):
            await deliver_all(world)
            await world.desk.work()
        after = world.provider.intents[intent_id]
        assert after.status is IntentStatus.SUCCEEDED
        for status in (IntentStatus.REQUIRES_ACTION, IntentStatus.REQUIRES_CAPTURE):
            world.provider.intents[intent_id] = replace(before, status=status)
            await world.hear_of(intent_id)
        world.provider.intents[intent_id] = after
        await deliver_all(world)
        assert await rows(world, PAYMENT) == [("CAPTURED", 1000, 0, 1)]
        assert await order_status(world) == "COMPLETED"

    runner.run(story())


def test_r2_a_late_authorisation_rescues_the_order_while_its_stock_is_free(
    world: World, runner: asyncio.Runner
) -> None:
    async def story(is_taken: bool) -> tuple[str, str]:
        intent_id = await begin(world)
        world.provider.confirm(intent_id, Card.PAYS)
        await world.pass_time(1000)
        await world.sweep()
        if is_taken:
            await world.place(1, 0, 1, "other key")
        await world.hear_of(intent_id)
        await world.settle()
        async with world.orders.reading() as session:
            query = text("SELECT status FROM orders WHERE id = :id")
            found = await session.execute(query, {"id": world.placed[0].id})
            status = found.scalar_one()
        assert await world.broken(at_rest=True) == []
        return status, world.provider.intents[intent_id].status

    assert runner.run(story(is_taken=False)) == ("COMPLETED", IntentStatus.SUCCEEDED)
    assert runner.run(story(is_taken=True)) == ("EXPIRED", IntentStatus.CANCELED)


def test_r4_racing_starts_refunds_and_news_leave_one_capture(
    world: World, runner: asyncio.Runner
) -> None:
    async def story() -> None:
        for _ in range(5):
            intent_id = await begin(world)
            world.provider.confirm(intent_id, Card.PAYS)
            await asyncio.gather(
                *(world.start_payment(0) for _ in range(8)),
                *(world.hear_of(intent_id) for _ in range(8)),
            )
            await deliver_all(world)
            await asyncio.gather(*(world.desk.work() for _ in range(8)))
            await deliver_all(world)
            await asyncio.gather(*(world.refund(0, 400) for _ in range(8)))
            await world.settle()
            returned = [
                each.amount_minor
                for each in world.provider.refunds.values()
                if each.status is TransferStatus.SUCCEEDED
            ]
            assert (len(world.provider.intents), returned) == (1, [400, 400])
            assert await world.broken(at_rest=True) == []

    runner.run(story())


def test_a_webhook_about_an_intent_nobody_made_here_changes_nothing(
    world: World, runner: asyncio.Runner
) -> None:
    async def story() -> None:
        intent_id = await begin(world)
        foreign = replace(world.provider.intents[intent_id], id="pi_foreign", payment_id=uuid4())
        world.provider.intents["pi_foreign"] = foreign
        await world.hear_of("pi_foreign")
        assert await rows(world, PAYMENT) == [("CREATED", 0, 0, 1)]

    runner.run(story())
