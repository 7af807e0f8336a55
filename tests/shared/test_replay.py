"""The operator's command over parked messages, as a process on a real broker."""

import asyncio
import os
import sys

import pytest

from shared.bus import Message, MessageRejected
from shared.bus.connect import connect
from shared.contracts.topology import ORDERS_TICKETS
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually


@pytest.fixture(params=["database_url", "amqp_url"])
def bus_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


async def replay(url: str, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.replay",
        *arguments,
        env={**os.environ, "BUS_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return await process.wait(), output.decode()


async def reject(_: Message) -> None:
    raise MessageRejected("unknown schema version 9")


async def test_parked_messages_are_counted_shown_and_put_back(bus_url: str) -> None:
    bus = connect(bus_url)
    await bus.start()
    await bus.declare([ORDERS_TICKETS])
    await eventually(lambda: bus.connected)
    message = a_message("tickets.ticket.listed.v9", b'{"title": "x"}')

    async def is_parked() -> bool:
        return len(await bus.parked(ORDERS_TICKETS)) == 1

    async with consuming(bus, ORDERS_TICKETS, reject):
        await bus.publish([message])
        await eventually(is_parked)

    code, listing = await replay(bus_url)
    assert (code, "     1  orders.tickets" in listing) == (0, True), listing
    _, shown = await replay(bus_url, "orders.tickets", "--show")
    assert str(message.id) in shown
    assert "unknown schema version 9" in shown
    assert '{"title": "x"}' in shown
    assert await replay(bus_url, "orders.tickets") == (0, "1 messages back in orders.tickets\n")

    received = Received()
    async with consuming(bus, ORDERS_TICKETS, received.handle):
        await eventually(lambda: received == [message])
    await bus.close()


async def test_an_unknown_queue_is_refused_with_the_known_ones() -> None:
    code, output = await replay("postgresql://nobody@127.0.0.1:9/none", "no.such.queue")
    assert code == 2
    assert "orders.tickets" in output
