"""Subscriptions over real sockets: snapshot first, every later version once, resync on loss."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from shared.contracts.payments import PaymentStatus
from shared.contracts.tickets import TicketStatus
from shared.db import Database
from tests.subgraphs.kit import GraphQLClient, Signer
from tests.subgraphs.market import a_ticket
from tests.subgraphs.orders.actors import (
    a_payment,
    a_request,
    cancel,
    listed,
    order_of,
    pay,
    place,
)
from tests.subgraphs.orders.listening import Stream, subscription

ORDER_UPDATED = """
subscription($id: ID!, $after: Int) {
  orderUpdated(id: $id, afterVersion: $after) {
    kind order { id version status serverTime expiresAt history { to } }
  }
}"""
MY_ORDERS = "subscription { myOrdersUpdated { kind order { id version status } } }"
AVAILABILITY = """
subscription($ids: [ID!]!) {
  availabilityChanged(ticketIds: $ids) {
    kind ticket { id } availability { version available held sold state }
  }
}"""


async def test_an_orders_stream_starts_with_a_snapshot_and_tells_every_version(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    order = await place(database, a_request(await listed(database)))
    token = signer.token(order.buyer_id)
    async with subscription(orders.url, token, ORDER_UPDATED, {"id": str(order.id)}) as stream:
        seen = [await order_update(stream)]
        payment = a_payment(order, PaymentStatus.CREATED, version=1)
        steps = (PaymentStatus.CREATED, PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED)
        for version, status in enumerate(steps, start=1):
            await pay(database, replace(payment, version=version, status=status))
            seen.append(await order_update(stream))
    assert seen == [
        ("SNAPSHOT", 1, "RESERVED"),
        ("DELTA", 2, "AWAITING_PAYMENT"),
        ("DELTA", 3, "CONFIRMED"),
        ("DELTA", 4, "COMPLETED"),
    ]


async def test_a_resumed_stream_leaves_out_what_was_seen(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    order = await place(database, a_request(await listed(database)))
    token, at_one = signer.token(order.buyer_id), {"id": str(order.id), "after": 1}
    async with subscription(orders.url, token, ORDER_UPDATED, at_one) as stream:
        assert await stream.silent()
    async with subscription(orders.url, token, ORDER_UPDATED, at_one) as stream:
        await asyncio.sleep(0.1)
        await cancel(database, order)
        assert await order_update(stream) == ("DELTA", 2, "CANCELLED")
    async with subscription(orders.url, token, ORDER_UPDATED, at_one) as stream:
        assert await order_update(stream) == ("SNAPSHOT", 2, "CANCELLED")
    ahead = {"id": str(order.id), "after": 2_000_000_000}
    async with subscription(orders.url, token, ORDER_UPDATED, ahead) as stream:
        assert await stream.silent()


async def test_a_stranger_an_anonymous_and_a_bad_id_get_a_code(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    order = await place(database, a_request(await listed(database)))
    cases = (
        (signer.token(uuid4()), str(order.id), "NOT_FOUND"),
        (signer.token(uuid4()), "no-id", "NOT_FOUND"),
        (signer.token(), str(order.id), "UNAUTHENTICATED"),
    )
    for token, order_id, code in cases:
        async with subscription(orders.url, token, ORDER_UPDATED, {"id": order_id}) as stream:
            message = await stream.message()
            problems = message["payload"]
            errors = problems["errors"] if isinstance(problems, dict) else problems
            assert errors[0]["extensions"]["code"] == code


async def test_after_a_lost_connection_the_stream_catches_up_by_itself(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    order = await place(database, a_request(await listed(database)))
    token = signer.token(order.buyer_id)
    async with subscription(orders.url, token, ORDER_UPDATED, {"id": str(order.id)}) as stream:
        assert await order_update(stream) == ("SNAPSHOT", 1, "RESERVED")
        await end_listening(database)
        await cancel(database, order)
        kind, version, status = await order_update(stream, within_seconds=10)
        assert (version, status) == (2, "CANCELLED")
        assert kind in {"RESYNC", "DELTA"}


async def test_a_buyer_follows_all_own_orders_and_no_others(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    buyer, ticket = uuid4(), await listed(database, a_ticket(quantity=50))
    first = await place(database, a_request(ticket, buyer))
    async with subscription(orders.url, signer.token(buyer), MY_ORDERS) as stream:
        told = [(await stream.next())["myOrdersUpdated"]]
        await place(database, a_request(ticket))
        second = await place(database, a_request(ticket, buyer))
        told.append((await stream.next())["myOrdersUpdated"])
        await cancel(database, first)
        told.append((await stream.next())["myOrdersUpdated"])
        assert await stream.silent()
    assert [(each["kind"], each["order"]["id"], each["order"]["status"]) for each in told] == [
        ("SNAPSHOT", str(first.id), "RESERVED"),
        ("DELTA", str(second.id), "RESERVED"),
        ("DELTA", str(first.id), "CANCELLED"),
    ]


async def test_watchers_see_stock_change_at_most_five_times_a_second(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database, a_ticket(quantity=40))
    watched = {"ids": [str(ticket.id), str(uuid4()), "no-id"]}
    async with subscription(orders.url, signer.token(), AVAILABILITY, watched) as stream:
        snapshot = (await stream.next())["availabilityChanged"]
        assert (snapshot["kind"], snapshot["availability"]["available"]) == ("SNAPSHOT", 40)
        started = asyncio.get_running_loop().time()
        for _ in range(40):
            await place(database, a_request(ticket))
        told, last = 0, snapshot["availability"]
        while last["available"]:
            newer = (await stream.next())["availabilityChanged"]["availability"]
            assert newer["version"] > last["version"]
            told, last = told + 1, newer
        elapsed = asyncio.get_running_loop().time() - started
        assert (last["held"], last["state"]) == (40, "HELD")
        assert told <= elapsed * 5 + 2
        await listed(database, replace(ticket, version=2, status=TicketStatus.PAUSED))
        paused = (await stream.next())["availabilityChanged"]["availability"]
        assert paused["state"] == "NOT_ON_SALE"


async def test_a_slow_reader_ends_in_the_true_state(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    order = await place(database, a_request(await listed(database)))
    token = signer.token(order.buyer_id)
    async with subscription(orders.url, token, ORDER_UPDATED, {"id": str(order.id)}) as stream:
        payment = a_payment(order, PaymentStatus.CREATED, version=1)
        for version, status in enumerate((PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED), 2):
            await pay(database, replace(payment, version=version, status=status))
        await asyncio.sleep(0.5)
        versions = [(await order_update(stream))[1]]
        while versions[-1] < (await order_of(database, order)).version:
            versions.append((await order_update(stream))[1])
    assert versions == sorted(set(versions))


async def order_update(stream: Stream, within_seconds: float = 5.0) -> tuple[str, int, str]:
    """Kind, version and status of the next update; the server's clock is in it."""
    update: Any = (await stream.next(within_seconds))["orderUpdated"]
    assert update["order"]["serverTime"] <= update["order"]["expiresAt"]
    return update["kind"], update["order"]["version"], update["order"]["status"]


async def end_listening(database: Database) -> None:
    """Cut the hub's LISTEN connection, as a restart of the server would."""
    async with database.transaction() as session:
        ended = await session.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query ILIKE 'listen%'"
            )
        )
        assert ended.scalar_one() >= 1
