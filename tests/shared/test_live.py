"""Notifications reach the subscribers of their topic; what may be lost becomes a resync."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from shared.live import Hub, Subscription, Update, notify, notify_many
from tests.testkit.eventually import eventually
from tests.testkit.proxy import proxied


@pytest.fixture
async def hub(service_url: str) -> AsyncIterator[Hub]:
    """A hub that is listening (its first connecting has been announced)."""
    async with Hub(service_url).running() as hub:
        async with hub.subscribe({"any"}) as updates:
            assert (await within(updates)).resync
        yield hub


async def within(updates: Subscription, seconds: float = 5) -> Update:
    async with asyncio.timeout(seconds):
        return await anext(updates)


async def test_a_committed_notification_reaches_the_topics_subscribers(
    hub: Hub, database: Database
) -> None:
    async with hub.subscribe({"order:1"}) as one, hub.subscribe({"order:1", "order:2"}) as both:
        async with database.transaction() as session:
            await notify(session, "order:1", {"version": 3})
        assert await within(one) == Update("order:1", '{"version":3}')
        assert await within(both) == Update("order:1", '{"version":3}')


async def test_other_topics_are_not_heard(hub: Hub, database: Database) -> None:
    async with hub.subscribe({"order:1"}) as updates:
        async with database.transaction() as session:
            await notify_many(session, [("order:2", None), ("order:1", "mine")])
        assert (await within(updates)).payload == '"mine"'


async def test_a_rolled_back_notification_is_never_heard(hub: Hub, database: Database) -> None:
    async with hub.subscribe({"order:1"}) as updates:

        async def fail() -> None:
            async with database.transaction() as session:
                await notify(session, "order:1", "rolled back")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail()
        async with database.transaction() as session:
            await notify(session, "order:1", "committed")
        assert (await within(updates)).payload == '"committed"'


async def test_updates_of_one_topic_are_coalesced_to_the_latest(
    hub: Hub, database: Database
) -> None:
    async with hub.subscribe({"a", "b"}) as updates:
        async with database.transaction() as session:
            changes: list[tuple[str, int]] = [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
            await notify_many(session, changes)
        await eventually(lambda: updates._pending.get("a") == "3")
        assert [await within(updates), await within(updates)] == [
            Update("a", "3"),
            Update("b", "1"),
        ]


async def test_a_subscriber_that_is_too_slow_is_told_to_resync(
    hub: Hub, database: Database
) -> None:
    topics = [f"t{n}" for n in range(5)]
    async with hub.subscribe(topics, limit=3) as slow, hub.subscribe(topics) as fast:
        async with database.transaction() as session:
            await notify_many(session, [(topic, None) for topic in topics])
        assert (await within(slow)).resync
        assert [(await within(fast)).topic for _ in topics] == topics
        async with database.transaction() as session:
            await notify(session, "t1", "later")
        assert await within(slow) == Update("t1", '"later"')


async def test_after_a_lost_connection_everyone_is_told_to_resync(service_url: str) -> None:
    direct = Database(service_url)
    async with (
        proxied(service_url) as (proxy, url),
        Hub(url).running() as hub,
        hub.subscribe({"order:1"}) as updates,
    ):
        assert (await within(updates)).resync
        await proxy.cut()
        async with direct.transaction() as session:
            await notify(session, "order:1", "missed")
        await proxy.heal()
        assert (await within(updates, 15)).resync
        async with direct.transaction() as session:
            await notify(session, "order:1", "heard")
        assert await within(updates) == Update("order:1", '"heard"')
    await direct.close()


async def test_a_subscriber_that_left_is_forgotten(hub: Hub) -> None:
    async with hub.subscribe({"a", "b"}):
        assert hub.subscriber_count == 1
    assert hub.subscriber_count == 0


async def test_a_change_during_the_reading_of_a_snapshot_is_delivered_after_it(
    hub: Hub, database: Database
) -> None:
    async with hub.subscribe({"order:1"}) as updates:
        async with database.transaction() as session:
            await notify(session, "order:1", "while the snapshot is read")
        await asyncio.sleep(0.1)
        assert (await within(updates)).payload == '"while the snapshot is read"'
