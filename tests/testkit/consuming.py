"""A bus, a queue and a handler in; the queue is consumed for the length of a block."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from shared.bus import Bus, Message, Queue


class Received(list[Message]):
    """Remembers what a handler was given."""

    async def handle(self, message: Message) -> None:
        self.append(message)

    @property
    def ids(self) -> list[UUID]:
        return [message.id for message in self]


@asynccontextmanager
async def consuming(
    bus: Bus, queue: Queue, handler: Callable[[Message], Awaitable[None]]
) -> AsyncIterator[None]:
    task = asyncio.create_task(bus.consume(queue, handler))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
