"""Every bus adapter outlives the loss of its broker, and says so meanwhile."""

import asyncio
from time import monotonic

import pytest

from shared.bus import Message, PublishFailed, base
from shared.bus.connect import connect
from tests.shared.bus.conftest import THINGS, BusFactory
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually
from tests.testkit.proxy import proxied


async def test_it_starts_without_the_broker_and_works_once_it_is_there(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        await proxy.cut()
        bus = connect(url)
        await bus.start()
        try:
            await bus.declare([THINGS])
            assert not bus.connected
            received = Received()
            async with consuming(bus, THINGS, received.handle):
                await proxy.heal()
                await eventually(lambda: bus.connected, within_seconds=10)
                await bus.publish([a_message()])
                await eventually(lambda: len(received) == 1)
        finally:
            await bus.close()


async def test_publishing_fails_within_its_time_limit_while_the_broker_is_away(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        bus = await open_bus(THINGS, url=url)
        await proxy.cut()
        await eventually(lambda: not bus.connected)
        started = monotonic()
        with pytest.raises(PublishFailed):
            await bus.publish([a_message()])
        assert monotonic() - started < base.PUBLISH_TIMEOUT_SECONDS + 1


async def test_publishing_fails_within_its_time_limit_when_the_connection_hangs(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        bus = await open_bus(THINGS, url=url)
        proxy.freeze()
        started = monotonic()
        with pytest.raises(PublishFailed):
            await bus.publish([a_message()])
        assert monotonic() - started < base.PUBLISH_TIMEOUT_SECONDS + 1
        await proxy.cut()
        await proxy.heal()
        await eventually(lambda: bus.connected, within_seconds=20)


async def test_a_consumer_carries_on_after_the_connection_was_lost(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        bus, direct = await open_bus(THINGS, url=url), await open_bus(THINGS)
        received = Received()
        async with consuming(bus, THINGS, received.handle):
            await direct.publish([a_message()])
            await eventually(lambda: len(received) == 1)
            await proxy.cut()
            await eventually(lambda: not bus.connected)
            missed = a_message()
            await direct.publish([missed])
            await proxy.heal()
            await eventually(lambda: missed.id in received.ids, within_seconds=20)
            await bus.publish([a_message()])
            # the first one may have come twice: handled, and cut off before it was settled
            await eventually(lambda: len(set(received.ids)) == 3)


async def test_a_message_whose_consumer_vanished_is_delivered_to_another(
    bus_url: str, open_bus: BusFactory
) -> None:
    async with proxied(bus_url) as (proxy, url):
        vanishing, other = await open_bus(THINGS, url=url), await open_bus(THINGS)
        started, received = asyncio.Event(), Received()

        async def never_finish(_: Message) -> None:
            started.set()
            await asyncio.Event().wait()

        message = a_message()
        async with consuming(vanishing, THINGS, never_finish):
            await other.publish([message])
            await asyncio.wait_for(started.wait(), 5)
            await proxy.cut()
            async with consuming(other, THINGS, received.handle):
                await eventually(lambda: received.ids == [message.id], within_seconds=10)
