"""NOTIFY in, bounded per-subscriber queues out: what GraphQL subscriptions wait on.

One LISTEN connection per web process. A notification only says that a topic changed; the
subscriber reads the database. So notifications of one topic are coalesced, and whenever some
may have been lost (reconnect, a subscriber too slow) the subscriber is told to resync.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import orjson
from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.json import JSON
from shared.listen import listen

CHANNEL = "live"
MAX_PENDING_TOPICS = 256

_NOTIFY = text("SELECT count(pg_notify(:channel, m)) FROM unnest(:messages) m").bindparams(
    bindparam("messages", type_=ARRAY(Text))
)


@dataclass(frozen=True, slots=True)
class Update:
    """A topic changed; `payload` is the JSON text of its latest notification.

    With `resync` any topic may have changed without a word: read everything again.
    """

    topic: str
    payload: str
    resync: bool = False


async def notify(
    session: AsyncSession, topic: str, payload: JSON = None, *, channel: str = CHANNEL
) -> None:
    """Tell the topic's subscribers in all processes, once the caller's transaction commits.

    `topic` has no spaces; topic and payload together are less than 8000 bytes.
    """
    await notify_many(session, [(topic, payload)], channel=channel)


async def notify_many(
    session: AsyncSession, changes: Sequence[tuple[str, JSON]], *, channel: str = CHANNEL
) -> None:
    """`notify` for all (topic, payload) of `changes`, in one statement."""
    messages = [f"{topic} {orjson.dumps(payload).decode()}" for topic, payload in changes]
    await session.execute(_NOTIFY, {"channel": channel, "messages": messages})


class Subscription:
    """One subscriber's pending updates: an async iterator that never ends by itself."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pending: dict[str, str] = {}
        self._lost = False
        self._ready = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Update]:
        return self

    async def __anext__(self) -> Update:
        await self._ready.wait()
        if self._lost:
            self._lost = False
            update = Update("", "null", resync=True)
        else:
            topic = next(iter(self._pending))
            update = Update(topic, self._pending.pop(topic))
        if not self._pending and not self._lost:
            self._ready.clear()
        return update

    def offer(self, topic: str, payload: str) -> None:
        """Add an update, replacing the topic's older one; too many topics become a resync."""
        if self._lost:
            return
        if topic not in self._pending and len(self._pending) >= self._limit:
            self.resync()
            return
        self._pending[topic] = payload
        self._ready.set()

    def resync(self) -> None:
        """Forget what is pending: the subscriber has to read everything again."""
        self._pending.clear()
        self._lost = True
        self._ready.set()


class Hub:
    """The subscribers of one process, fed by one LISTEN connection."""

    def __init__(self, database_url: str, channel: str = CHANNEL) -> None:
        self._url = database_url
        self._channel = channel
        self._by_topic: dict[str, set[Subscription]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        """Listen for the length of the block (a web process's lifespan)."""
        listening = asyncio.create_task(
            listen(self._url, {self._channel: self._receive}, self._resync_all), name="live hub"
        )
        try:
            yield self
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    @asynccontextmanager
    async def subscribe(
        self, topics: Collection[str], limit: int = MAX_PENDING_TOPICS
    ) -> AsyncIterator[Subscription]:
        """The updates of `topics` from now on; read the snapshot inside the block, then iterate.

        What commits after the block was entered is either in that snapshot or delivered.
        """
        subscription = Subscription(limit)
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._detach(topic, subscription)

    @property
    def subscriber_count(self) -> int:
        """How many subscribers are attached."""
        return len(self._everyone())

    def _detach(self, topic: str, subscription: Subscription) -> None:
        subscribers = self._by_topic[topic]
        subscribers.discard(subscription)
        if not subscribers:
            del self._by_topic[topic]

    def _receive(self, message: str) -> None:
        topic, _, payload = message.partition(" ")
        for subscription in self._by_topic.get(topic, ()):
            subscription.offer(topic, payload)

    def _resync_all(self) -> None:
        for subscription in self._everyone():
            subscription.resync()

    def _everyone(self) -> set[Subscription]:
        return set().union(*self._by_topic.values()) if self._by_topic else set()
