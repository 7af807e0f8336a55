"""Races on real PostgreSQL: 64 actors at once, RACE_ROUNDS rounds, the oracle after each test.

Named after the table of races; `RACE_ROUNDS=200` is the long form.
"""

import asyncio
import os
import random
from collections.abc import Awaitable
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.contracts.orders import OrderStatus
from shared.contracts.payments import PaymentStatus
from shared.contracts.tickets import TicketSnapshot, TicketStatus
from shared.db import Database
from subgraphs.orders import reactions
from subgraphs.orders.models import HoldRules, LimitExceeded, NotOnSale, SoldOut, TicketChanged
from tests.subgraphs.market import a_ticket
from tests.subgraphs.orders.actors import (
    a_payment,
    a_request,
    cancel,
    end_hold,
    expire,
    listed,
    order_of,
    outcomes,
    pay,
    place,
    stock_of,
)

ACTORS = 64
ROUNDS = int(os.environ.get("RACE_ROUNDS", "3"))
P = PaymentStatus
pytestmark = pytest.mark.timeout(max(180, ROUNDS * 10))


async def test_r1_of_many_buyers_one_gets_the_last_ticket(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database)
        placed, refused = await outcomes(place(database, a_request(ticket)) for _ in range(ACTORS))
        assert len(placed) == 1
        assert {type(each) for each in refused} == {SoldOut}
        assert (await stock_of(database, ticket)).held == 1


async def test_r1_stock_is_handed_out_to_the_last_piece(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database, a_ticket(quantity=20))
        requests = [a_request(ticket, quantity=random.choice([1, 2, 3])) for _ in range(ACTORS)]
        placed, refused = await outcomes(place(database, each) for each in requests)
        stock = await stock_of(database, ticket)
        assert stock.held == sum(order.quantity for order in placed) <= 20
        assert stock.available < 3
        assert {type(each) for each in refused} == {SoldOut}


async def test_r2_authorisation_and_expiry_decide_once(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database)
        order = await place(database, a_request(ticket))
        payment = a_payment(order, P.AUTHORIZED)
        await end_hold(database, order)
        rivals: list[Awaitable[object]] = [expire(database, order) for _ in range(ACTORS // 2)]
        rivals += [pay(database, payment) for _ in range(ACTORS // 4)]
        rivals += [_try_to_place(database, ticket) for _ in range(ACTORS // 4)]
        random.shuffle(rivals)
        await asyncio.gather(*rivals)
        settled = await order_of(database, order)
        stock = await stock_of(database, ticket)
        assert (stock.held, stock.sold) in {(0, 1), (1, 0)}
        if stock.sold:
            assert (settled.status, settled.payment_id) == (OrderStatus.CONFIRMED, payment.id)
        else:
            assert (settled.status, settled.refused_payment_id) == (OrderStatus.EXPIRED, payment.id)


async def test_r2_authorisation_and_cancellation_decide_once(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database)
        order = await place(database, a_request(ticket))
        payment = a_payment(order, P.AUTHORIZED)
        rivals: list[Awaitable[object]] = [cancel(database, order) for _ in range(ACTORS // 2)]
        rivals += [pay(database, payment) for _ in range(ACTORS // 2)]
        random.shuffle(rivals)
        await outcomes(rivals)
        settled = await order_of(database, order)
        stock = await stock_of(database, ticket)
        if settled.status is OrderStatus.CONFIRMED:
            assert (stock.held, stock.sold, settled.payment_id) == (0, 1, payment.id)
        else:
            assert settled.status is OrderStatus.CANCELLED
            assert (stock.held, stock.sold, settled.refused_payment_id) == (0, 0, payment.id)


async def test_r4_a_key_makes_one_order_however_often_it_comes(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database, a_ticket(quantity=100))
        request = a_request(ticket)
        placed, refused = await outcomes(place(database, request) for _ in range(ACTORS))
        assert (len({order.id for order in placed}), refused) == (1, [])
        assert (await stock_of(database, ticket)).held == 1


async def test_r5_an_edit_changes_no_order_and_no_expectation(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database, a_ticket(price_minor=1000, quantity=ACTORS))
        dearer = replace(ticket, version=2, price=replace(ticket.price, amount_minor=2000))
        requests = [replace(a_request(ticket), expected_ticket_version=1) for _ in range(ACTORS)]
        buying = [outcomes([place(database, each)]) for each in requests]
        ended, _ = await asyncio.gather(asyncio.gather(*buying), listed(database, dearer))
        for placed, refused in ended:
            assert all(order.unit_price.amount_minor == 1000 for order in placed)
            assert {type(each) for each in refused} <= {TicketChanged}


async def test_r6_nothing_is_ordered_once_a_withdrawal_is_known(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database, a_ticket(quantity=ACTORS * 2))
        withdrawn = replace(ticket, version=2, status=TicketStatus.WITHDRAWN)
        buying = outcomes(place(database, a_request(ticket)) for _ in range(ACTORS))
        (placed, refused), _ = await asyncio.gather(buying, listed(database, withdrawn))
        assert {type(each) for each in refused} <= {NotOnSale}
        assert (await stock_of(database, ticket)).held == len(placed)
        later, _ = await outcomes([place(database, a_request(ticket))])
        assert later == []


async def test_r7_r8_doubled_and_shuffled_news_of_a_payment_end_the_same(
    database: Database,
) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database)
        order = await place(database, a_request(ticket))
        created = a_payment(order, P.CREATED, version=1)
        news = [created]
        for version, status in ((2, P.AUTHORIZED), (3, P.CAPTURING), (4, P.CAPTURED)):
            captured = order.total if status is P.CAPTURED else created.captured_amount
            news.append(replace(created, version=version, status=status, captured_amount=captured))
        shuffled = news * (ACTORS // len(news))
        random.shuffle(shuffled)
        await asyncio.gather(*(pay(database, each) for each in shuffled))
        assert (await order_of(database, order)).status is OrderStatus.COMPLETED
        assert (await stock_of(database, ticket)).sold == 1


async def test_r12_r13_expiry_and_cancellation_free_one_hold_once(database: Database) -> None:
    for _ in range(ROUNDS):
        ticket = await listed(database, a_ticket(quantity=2))
        mine = await place(database, a_request(ticket))
        theirs = await place(database, a_request(ticket))
        await end_hold(database, mine)
        rivals: list[Awaitable[object]] = [expire(database, mine) for _ in range(ACTORS // 2)]
        rivals += [_sweep(database) for _ in range(ACTORS // 4)]
        rivals += [cancel(database, mine) for _ in range(ACTORS // 4)]
        random.shuffle(rivals)
        await outcomes(rivals)
        assert (await stock_of(database, ticket)).held == 1
        assert (await order_of(database, mine)).version == 2
        assert (await order_of(database, theirs)).status is OrderStatus.RESERVED


async def test_r14_a_hold_is_extended_once(database: Database) -> None:
    rules = HoldRules(hold_seconds=60)
    for _ in range(ROUNDS):
        ticket = await listed(database)
        order = await place(database, a_request(ticket), rules)
        first = a_payment(order, P.REQUIRES_ACTION, version=2)
        news = [replace(first, version=version) for version in range(2, ACTORS + 2)]
        await asyncio.gather(*(pay(database, each, rules) for each in news))
        extended = await order_of(database, order)
        assert extended.version == 3  # payment started, hold extended
        left = (extended.expires_at - order.created_at).total_seconds()
        assert 600 <= left <= 1800


async def test_r15_parallel_orders_stay_within_the_buyers_limit(database: Database) -> None:
    rules = HoldRules(limit_per_buyer=5)
    for _ in range(ROUNDS):
        ticket, buyer = await listed(database, a_ticket(quantity=1000)), uuid4()
        placed, refused = await outcomes(
            place(database, a_request(ticket, buyer), rules) for _ in range(ACTORS)
        )
        assert len(placed) == 5
        assert {type(each) for each in refused} == {LimitExceeded}


async def test_everybody_at_once_on_a_few_tickets_ends_in_balance(database: Database) -> None:
    """The oracle of the `database` fixture is the assertion."""
    tickets = [await listed(database, a_ticket(quantity=3)) for _ in range(3)]
    for _ in range(ROUNDS):
        await asyncio.gather(*(_live(database, random.choice(tickets)) for _ in range(ACTORS)))


async def _live(database: Database, ticket: TicketSnapshot) -> None:
    """One buyer's short life: order, then pay, cancel or forget, with repeats."""
    placed, _ = await outcomes([place(database, a_request(ticket))])
    for order in placed:
        fate = random.choice(["pay", "cancel", "forget", "fail"])
        if fate == "forget":
            await end_hold(database, order)
            await asyncio.gather(_sweep(database), expire(database, order))
        elif fate == "cancel":
            await asyncio.gather(cancel(database, order), cancel(database, order))
        else:
            last = P.CAPTURED if fate == "pay" else P.CAPTURE_FAILED
            authorized = a_payment(order, P.AUTHORIZED)
            await pay(database, authorized)
            await pay(database, replace(authorized, version=3, status=last))


async def _try_to_place(database: Database, ticket: TicketSnapshot) -> None:
    await outcomes([place(database, a_request(ticket))])


async def _sweep(database: Database) -> None:
    async with database.transaction() as session:
        await reactions.expire_due_orders(session, 10)
