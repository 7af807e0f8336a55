"""Messages in, stored rows out: concurrent publishes share one statement and one commit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import orjson

from shared.bus.base import PUBLISH_TIMEOUT_SECONDS, Message, PublishFailed
from shared.bus.postgres.schema import PUBLISH
from shared.bus.topic import dotted
from shared.listen import PING_SECONDS, Connection

BATCH = 1_000


@dataclass(slots=True)
class _Request:
    messages: Sequence[Message]
    delay: timedelta
    stored: "asyncio.Future[frozenset[UUID]]" = field(default_factory=asyncio.Future)


class Writer:
    """The publishing side of one connected period."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[_Request] = []
        self._wake = asyncio.Event()

    async def write(self, messages: Sequence[Message], delay: timedelta) -> frozenset[UUID]:
        """Store `messages`; the ids of those that some queue took. Raises PublishFailed."""
        request = _Request(messages, delay)
        self._waiting.append(request)
        self._wake.set()
        return await request.stored

    async def run(self) -> None:
        """Write what is waiting until cancelled. Raises one of CONNECTION_ERRORS when lost."""
        self._connection.add_termination_listener(lambda _: self._wake.set())
        try:
            while True:
                await self._wait()
                while self._waiting:
                    await self._write_some()
        finally:
            _fail(self._waiting, "the connection to the bus was lost")

    async def _wait(self) -> None:
        """Return when there is something to write; test the connection while there is not."""
        while not self._wake.is_set():
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                await self._connection.execute("SELECT 1", timeout=PING_SECONDS)
        self._wake.clear()
        if self._connection.is_closed():
            raise ConnectionError("the connection to the bus was closed")

    async def _write_some(self) -> None:
        requests, size = [], 0
        while self._waiting and size < BATCH:
            requests.append(self._waiting.pop(0))
            size += len(requests[-1].messages)
        try:
            stored = await self._store(requests)
        except BaseException as error:  # whatever it is, those who wait must be told
            _fail(requests, f"the bus did not store it: {type(error).__name__}: {error}")
            raise
        for request in requests:
            if not request.stored.done():
                request.stored.set_result(stored)

    async def _store(self, requests: Sequence[_Request]) -> frozenset[UUID]:
        pairs = [(message, request.delay) for request in requests for message in request.messages]
        rows = await self._connection.fetch(
            PUBLISH,
            [message.id for message, _ in pairs],
            [message.routing_key for message, _ in pairs],
            [dotted(message.routing_key) for message, _ in pairs],
            [message.body for message, _ in pairs],
            [orjson.dumps(dict(message.headers)).decode() for message, _ in pairs],
            [delay for _, delay in pairs],
            timeout=PUBLISH_TIMEOUT_SECONDS,
        )
        return frozenset(UUID(int=row["message_id"].int) for row in rows)


def _fail(requests: Sequence[_Request], reason: str) -> None:
    for request in requests:
        if not request.stored.done():
            request.stored.set_exception(PublishFailed(reason))
