"""A `postgresql://` URL in, a `Bus` out that reconnects by itself."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

from shared.bus.base import (
    PUBLISH_TIMEOUT_SECONDS,
    BusError,
    Handler,
    Message,
    ParkedMessage,
    PublishFailed,
    Queue,
    Unroutable,
)
from shared.bus.declared import DeclaredQueues
from shared.bus.postgres import schema
from shared.bus.postgres.consumer import Consumer, message_of
from shared.bus.postgres.writer import Writer
from shared.bus.topic import to_regex
from shared.listen import (
    CONNECTION_ERRORS,
    Connection,
    close_connection,
    listen,
    open_connection,
)
from shared.outage import Outage

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 0.5
_SCHEMA_LOCK = 0


class PostgresBus:
    """See `shared.bus.base.Bus`; the broker is the PostgreSQL database of the URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._declared = DeclaredQueues()
        self._writer: Writer | None = None
        self._ready = asyncio.Event()
        self._outage = Outage("the bus", logger)
        self._tasks: list[asyncio.Task[None]] = []
        self._wakes: dict[str, set[asyncio.Event]] = {}

    @property
    def connected(self) -> bool:
        return self._ready.is_set()

    async def start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._stay_connected(), name="bus connection"),
                asyncio.create_task(
                    listen(self._url, {schema.CHANNEL: self._wake_queue}, self._wake_all),
                    name="bus notifications",
                ),
            ]

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def declare(self, queues: Sequence[Queue]) -> None:
        self._declared.add(queues)
        if self.connected:
            try:
                async with self._connection() as connection:
                    await _declare(connection, queues)
            except (BusError, *CONNECTION_ERRORS) as error:  # declared on reconnecting
                logger.warning("queues not declared: %s", error)

    async def publish(self, messages: Sequence[Message]) -> None:
        await self._publish(messages, timedelta(0))

    async def publish_after(self, message: Message, delay: timedelta) -> None:
        await self._publish([message], max(delay, timedelta(0)))

    async def _publish(self, messages: Sequence[Message], delay: timedelta) -> None:
        if not messages:
            return
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                await self._ready.wait()
                if self._writer is None:
                    raise PublishFailed("the connection to the bus was lost")
                stored = await self._writer.write(messages, delay)
        except TimeoutError as error:
            raise PublishFailed(f"not confirmed in {PUBLISH_TIMEOUT_SECONDS:g} s") from error
        self._require_routed(messages, stored)

    def _require_routed(self, messages: Sequence[Message], stored: frozenset[UUID]) -> None:
        for message in messages:
            if message.id not in stored and self._declared.want(message.routing_key):
                raise Unroutable(message.routing_key)

    async def consume(self, queue: Queue, handler: Handler) -> None:
        await self.declare([queue])
        wake = asyncio.Event()
        self._wakes.setdefault(queue.name, set()).add(wake)
        try:
            while True:
                await self._ready.wait()
                try:
                    await Consumer(queue, handler, wake).run(self._url)
                except CONNECTION_ERRORS as error:
                    logger.info("consumer of %s ended: %s", queue.name, error)
                await asyncio.sleep(RECONNECT_SECONDS)
        finally:
            self._wakes[queue.name].discard(wake)

    async def parked(self, queue: Queue, limit: int = 100) -> Sequence[ParkedMessage]:
        async with self._connection() as connection:
            rows = await connection.fetch(schema.PARKED, queue.name, limit)
        return [ParkedMessage(message_of(row), row["reason"], row["failures"]) for row in rows]

    async def replay(self, queue: Queue, limit: int | None = None) -> int:
        async with self._connection() as connection:
            count: int = await connection.fetchval(schema.REPLAY, queue.name, limit)
        return count

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """A connection for one rare call. Raises BusError when the bus is away."""
        try:
            connection = await open_connection(self._url)
        except CONNECTION_ERRORS as error:
            raise BusError(f"the bus is away: {error}") from error
        try:
            yield connection
        finally:
            await close_connection(connection)

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._connect_and_write()
            except CONNECTION_ERRORS as error:
                self._outage.noticed(error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _connect_and_write(self) -> None:
        """One connected period: ends with one of CONNECTION_ERRORS, or by cancellation."""
        connection = await open_connection(self._url)
        try:
            await _ensure_schema(connection)
            await _declare(connection, list(self._declared))
            self._writer = Writer(connection)
            self._ready.set()
            self._outage.over()
            await self._writer.run()
        finally:
            self._ready.clear()
            self._writer = None
            await close_connection(connection)

    def _wake_queue(self, queue: str) -> None:
        for wake in self._wakes.get(queue, ()):
            wake.set()

    def _wake_all(self) -> None:
        for queue in self._wakes:
            self._wake_queue(queue)


async def _ensure_schema(connection: Connection) -> None:
    """Make the tables; of several processes that start together one does, the others wait."""
    async with connection.transaction():
        await connection.execute(
            "SELECT pg_advisory_xact_lock($1, $2)", schema.LOCK_SPACE, _SCHEMA_LOCK
        )
        await connection.execute(schema.SCHEMA)


async def _declare(connection: Connection, queues: Sequence[Queue]) -> None:
    """Make queues and bindings; bindings that other versions declared stay."""
    for queue in queues:
        await connection.execute(schema.DECLARE_QUEUE, queue.name)
        for pattern in queue.bindings:
            await connection.execute(schema.DECLARE_BINDING, queue.name, pattern, to_regex(pattern))
