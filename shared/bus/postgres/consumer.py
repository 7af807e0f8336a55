"""One queue's rows in, calls of its handler out, each row settled by how its call ended."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from shared.bus.base import (
    DELIVERY_LIMIT,
    RETRY_DELAYS,
    Handler,
    Message,
    MessageRejected,
    Queue,
    reason_of,
)
from shared.bus.postgres import schema
from shared.listen import CONNECTION_ERRORS, Connection, close_connection, open_connection

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
GIVE_BACK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Failure:
    """A row whose handler raised: to be delivered again after `delay`, or parked (None)."""

    row_id: int
    reason: str
    delay: timedelta | None


class Consumer:
    """The consuming side of one queue during one connected period."""

    def __init__(self, queue: Queue, handler: Handler, wake: asyncio.Event) -> None:
        self._queue = queue
        self._handler = handler
        self._wake = wake
        self._slots = asyncio.Semaphore(queue.concurrency)
        self._in_flight = 0
        self._handled: list[int] = []
        self._failed: list[_Failure] = []

    async def run(self, url: str) -> None:
        """Consume until cancelled. Raises one of CONNECTION_ERRORS when the bus is lost."""
        connection = await open_connection(url)
        number = 0
        try:
            number = await connection.fetchval(schema.NEW_CONSUMER)
            await connection.execute(schema.LOCK, schema.LOCK_SPACE, number)
            async with asyncio.TaskGroup() as handling:
                while True:
                    await self._turn(connection, number, handling)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            await asyncio.shield(self._give_back(connection, number))

    async def _turn(self, connection: Connection, number: int, handling: asyncio.TaskGroup) -> None:
        """Settle what has ended, lease as much as there is room for, wait for a reason."""
        self._wake.clear()
        await self._settle(connection, number)
        room = self._queue.prefetch - self._in_flight
        if room:
            rows = await connection.fetch(schema.LEASE, self._queue.name, number, room)
            for row in rows:
                self._in_flight += 1
                handling.create_task(self._handle(row))
            if len(rows) == room:
                await asyncio.sleep(0)
                return
        await self._wait(connection)

    async def _wait(self, connection: Connection) -> None:
        if self._handled or self._failed or self._wake.is_set():
            return
        due: float | None = await connection.fetchval(
            schema.NEXT_VISIBLE_IN_SECONDS, self._queue.name
        )
        seconds = POLL_SECONDS if due is None else min(max(due, 0.0), POLL_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            if seconds == POLL_SECONDS:
                await connection.execute(schema.FREE_ORPHANS, schema.LOCK_SPACE)

    async def _handle(self, row: Mapping[str, Any]) -> None:
        try:
            async with self._slots:
                await self._call(row)
            self._handled.append(row["id"])
        except MessageRejected as error:
            self._failed.append(_Failure(row["id"], reason_of(error), None))
        except Exception as error:  # the edge: retried, then parked with the reason
            logger.warning("%s: %s failed", self._queue.name, row["message_id"], exc_info=True)
            retries = dict(enumerate(RETRY_DELAYS))
            delay = retries.get(row["failures"])
            self._failed.append(_Failure(row["id"], reason_of(error), delay))
        finally:
            self._in_flight -= 1
            self._wake.set()

    async def _call(self, row: Mapping[str, Any]) -> None:
        if row["deliveries"] > DELIVERY_LIMIT + 1:
            raise MessageRejected("delivered too often without being settled: delivery_limit")
        await self._handler(message_of(row))

    async def _settle(self, connection: Connection, number: int) -> None:
        handled, self._handled = self._handled, []
        failed, self._failed = self._failed, []
        if handled:
            await connection.execute(schema.SETTLE, handled, number)
        for failure in failed:
            if failure.delay is None:
                logger.error("%s: parked a message: %s", self._queue.name, failure.reason)
                await connection.execute(schema.PARK, failure.row_id, number, failure.reason)
            else:
                await connection.execute(
                    schema.RETRY, failure.row_id, number, failure.reason, failure.delay
                )

    async def _give_back(self, connection: Connection, number: int) -> None:
        """Settle what ended, free the rest; a lost connection frees it all by itself."""
        with suppress(*CONNECTION_ERRORS):
            async with asyncio.timeout(GIVE_BACK_SECONDS):
                await self._settle(connection, number)
                await connection.execute(schema.GIVE_BACK, number)
        await close_connection(connection)


def message_of(row: Mapping[str, Any]) -> Message:
    """The message that a row of `message` holds."""
    headers: dict[str, str] = orjson.loads(row["headers"])
    message_id = UUID(int=row["message_id"].int)
    return Message(message_id, row["routing_key"], bytes(row["body"]), headers)
