"""Whatever happens in whatever order: every invariant after every step, balance at the end.

`MODEL_RUNS` runs of up to 50 steps (the long form: 10000). A failing run prints its steps and
the blob that replays it; it is not shrunk, as each try takes a real database a second.
"""

import asyncio
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from shared.contracts.tickets import TicketStatus
from tests.subgraphs.model.provider import Card, Fault
from tests.subgraphs.model.world import World, chosen

RUNS = int(os.environ.get("MODEL_RUNS", "25"))
STEPS = 50
ANY = st.integers(0, 30)
CARDS = st.sampled_from([Card.PAYS, Card.PAYS, *Card])
LISTED = st.sampled_from([TicketStatus.ON_SALE, TicketStatus.ON_SALE, *TicketStatus])
MESSAGES = st.lists(ANY, min_size=3, max_size=9)
RARELY = st.integers(0, 3).map(lambda drawn: drawn == 0)


def machine(world: World, runner: asyncio.Runner) -> type[RuleBasedStateMachine]:
    """The state machine over this world; each of its runs begins with an empty one."""

    class Marketplace(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            runner.run(world.reset())

        @initialize(quantity=st.integers(1, 3))
        def begin(self, quantity: int) -> None:
            runner.run(world.list_ticket(quantity, 1000))
            runner.run(world.deliver(0))

        @rule(buyer=ANY, ticket=ANY, quantity=st.just(1))
        def buy(self, buyer: int, ticket: int, quantity: int) -> None:
            runner.run(world.place(buyer, ticket, quantity, f"buy {len(world.placed)}"))
            runner.run(world.bustle([9, 9, 9]))
            if world.placed:
                runner.run(world.start_payment(-1))

        @rule(buyer=ANY, ticket=ANY, card=CARDS, messages=MESSAGES)
        def buy_and_pay(self, buyer: int, ticket: int, card: Card, messages: list[int]) -> None:
            self.buy(buyer, ticket, 1)
            for intent_id in list(world.provider.intents)[-1:]:
                world.provider.confirm(intent_id, card)
                runner.run(world.hear_of(intent_id))
            runner.run(world.bustle(messages))

        @precondition(lambda _: bool(world.provider.intents))
        @rule(intent=ANY, card=CARDS, is_lost=RARELY, messages=MESSAGES)
        def pay(self, intent: int, card: Card, is_lost: bool, messages: list[int]) -> None:
            intent_id = chosen(list(world.provider.intents), -1 - intent)
            world.provider.confirm(intent_id, card)
            if not is_lost:
                runner.run(world.hear_of(intent_id))
            runner.run(world.bustle(messages))

        @rule(messages=MESSAGES)
        def bustle(self, messages: list[int]) -> None:
            runner.run(world.bustle(messages))

        @rule(quantity=st.integers(1, 2), price=st.sampled_from([0, 1000]))
        def list_another(self, quantity: int, price: int) -> None:
            runner.run(world.list_ticket(quantity, price))

        @rule(ticket=ANY, status=LISTED, quantity=st.integers(1, 3))
        def edit(self, ticket: int, status: TicketStatus, quantity: int) -> None:
            runner.run(world.edit_ticket(ticket, status, quantity))

        @rule(buyer=ANY, ticket=ANY, quantity=st.integers(1, 2), key=st.sampled_from("abcdef"))
        def place(self, buyer: int, ticket: int, quantity: int, key: str) -> None:
            runner.run(world.place(buyer, ticket, quantity, key))

        @precondition(lambda _: bool(world.placed))
        @rule(order=ANY, really=RARELY)
        def cancel(self, order: int, really: bool) -> None:
            if really:
                runner.run(world.cancel(order))

        @precondition(lambda _: bool(world.placed))
        @rule(order=ANY)
        def start_payment(self, order: int) -> None:
            runner.run(world.start_payment(order))

        @precondition(lambda _: bool(world.provider.intents))
        @rule(intent=ANY, succeeds=st.booleans())
        def authenticate(self, intent: int, succeeds: bool) -> None:
            world.provider.authenticate(chosen(list(world.provider.intents), intent), succeeds)

        @precondition(lambda _: bool(world.provider.intents))
        @rule(intent=ANY)
        def hear_of(self, intent: int) -> None:
            runner.run(world.hear_of(chosen(list(world.provider.intents), intent)))

        @precondition(lambda _: bool(world.placed))
        @rule(order=ANY, amount=st.sampled_from([None, 1, 400, 1000, 5000]))
        def refund(self, order: int, amount: int | None) -> None:
            runner.run(world.refund(order, amount))

        @rule(message=ANY, again=st.booleans())
        def deliver(self, message: int, again: bool) -> None:
            runner.run(world.deliver(message, keep=again))

        @rule()
        def deliver_all_backwards(self) -> None:
            for _ in range(len(world.bag)):
                runner.run(world.deliver(len(world.bag) - 1))

        @rule(fault=st.sampled_from(Fault))
        def break_next_call(self, fault: Fault) -> None:
            world.provider.faults.append(fault)

        @rule()
        def lose_a_nudge(self) -> None:
            runner.run(world.lose_a_nudge())

        @rule(seconds=st.sampled_from([1, 5, 10, 30, 60, 600, 1000]))
        def pass_time(self, seconds: int) -> None:
            runner.run(world.pass_time(seconds))

        @rule()
        def sweep(self) -> None:
            runner.run(world.sweep())

        @invariant()
        def nothing_is_broken(self) -> None:
            assert runner.run(world.broken()) == []

        def teardown(self) -> None:
            if world.tickets:
                runner.run(world.settle())
                assert runner.run(world.broken(at_rest=True)) == []

    return Marketplace


@pytest.mark.timeout(max(180, RUNS * 10))
def test_every_invariant_holds_whatever_happens(world: World, runner: asyncio.Runner) -> None:
    run_state_machine_as_test(
        machine(world, runner),
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_clock_is_virtual(world: World, runner: asyncio.Runner) -> None:
    async def age() -> Any:
        async with world.orders.reading() as session:
            return (await session.execute(text("SELECT now() - pg_catalog.now()"))).scalar_one()

    before = runner.run(age())
    runner.run(world.pass_time(3600))
    assert 3590 < (runner.run(age()) - before).total_seconds() <= 3600
