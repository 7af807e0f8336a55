"""An `amqp://` URL in, a `Bus` out that reconnects by itself."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

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
from shared.bus.rabbitmq import topology
from shared.bus.rabbitmq.consumer import (
    CLOSE_SECONDS,
    ConsumerLost,
    Settle,
    Subscription,
    consume,
    raise_if_cancelled,
    settling,
)
from shared.bus.rabbitmq.frames import Bookkeeping, from_amqp, to_amqp, to_parked
from shared.bus.rabbitmq.publisher import BROKER_ERRORS, Outgoing, Publisher
from shared.outage import Outage

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10
HEARTBEAT_SECONDS = 10
RECONNECT_SECONDS = 0.5
DECLARE_SECONDS = 10
RARE_CALL_SECONDS = 120
_DUE = Subscription(topology.DUE, prefetch=256, concurrency=64)


@dataclass(frozen=True, slots=True)
class _Session:
    """One connected period."""

    connection: AbstractConnection
    publisher: Publisher


class RabbitMQBus:
    """See `shared.bus.base.Bus`; the broker is the RabbitMQ virtual host of the URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._declared = DeclaredQueues()
        self._session: _Session | None = None
        self._ready = asyncio.Event()
        self._outage = Outage("the broker", logger)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        return self._ready.is_set()

    async def start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._stay_connected(), name="bus connection"),
                asyncio.create_task(self._keep_consuming(_DUE, self._forward), name="bus delays"),
            ]

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in reversed(tasks):  # the connection last
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def declare(self, queues: Sequence[Queue]) -> None:
        self._declared.add(queues)
        if self._session is not None:
            await _try_to_declare(self._session.connection, queues)

    async def publish(self, messages: Sequence[Message]) -> None:
        await self._publish(
            Outgoing(
                topology.EVENTS,
                message.routing_key,
                to_amqp(message),
                mandatory=self._declared.want(message.routing_key),
            )
            for message in messages
        )

    async def publish_after(self, message: Message, delay: timedelta) -> None:
        if delay <= timedelta(0):
            await self.publish([message])
        else:
            await self._publish([_delayed(message, delay)])

    async def _publish(self, outgoing: Iterable[Outgoing]) -> None:
        session = await self._connected_session(PUBLISH_TIMEOUT_SECONDS)
        try:
            await session.publisher.publish(outgoing)
        except Unroutable:
            # A queue was deleted under us. Make it again; the caller publishes again.
            await _try_to_declare(session.connection, list(self._declared))
            raise

    async def _connected_session(self, timeout_seconds: float) -> _Session:
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._ready.wait()
        except TimeoutError as error:
            raise PublishFailed("the broker is away") from error
        if self._session is None:
            raise PublishFailed("the connection to the broker was lost")
        return self._session

    async def consume(self, queue: Queue, handler: Handler) -> None:
        await self.declare([queue])
        subscription = Subscription(queue.name, queue.prefetch, queue.concurrency)

        async def settle(incoming: AbstractIncomingMessage) -> None:
            session = await self._connected_session(PUBLISH_TIMEOUT_SECONDS)
            await settling(queue, handler, session.publisher)(incoming)

        await self._keep_consuming(subscription, settle)

    async def _keep_consuming(self, subscription: Subscription, settle: Settle) -> None:
        while True:
            raise_if_cancelled()
            await self._ready.wait()
            try:
                if self._session is not None:
                    await consume(self._session.connection, subscription, settle)
            except (ConsumerLost, *BROKER_ERRORS) as error:
                logger.info("consumer of %s ended: %s", subscription.queue, error)
                await self.declare(list(self._declared))
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _forward(self, incoming: AbstractIncomingMessage) -> None:
        """Publish a delayed message whose step has passed: to its goal, or into the next step."""
        message, noted = from_amqp(incoming)
        await self.publish_after(message, noted.remaining or timedelta(0))

    async def parked(self, queue: Queue, limit: int = 100) -> Sequence[ParkedMessage]:
        """They are fetched and given back, which leaves them where they are."""
        found: list[AbstractIncomingMessage] = []
        async with self._rare_call() as channel:
            parking = await channel.get_queue(topology.parking_queue(queue.name))
            while len(found) < limit and (incoming := await parking.get(fail=False)):
                found.append(incoming)
            for incoming in reversed(found):
                await incoming.nack(requeue=True)
        return [to_parked(incoming) for incoming in found]

    async def replay(self, queue: Queue, limit: int | None = None) -> int:
        count = 0
        session = await self._connected_session(PUBLISH_TIMEOUT_SECONDS)
        async with self._rare_call() as channel:
            parking = await channel.get_queue(topology.parking_queue(queue.name))
            remaining = parking.declaration_result.message_count or 0
            while count < min(remaining, limit if limit is not None else remaining):
                incoming = await parking.get(fail=False)
                if incoming is None:
                    break
                again = to_amqp(to_parked(incoming).message)
                await session.publisher.publish([Outgoing("", queue.name, again)])
                await incoming.ack()
                count += 1
        return count

    @asynccontextmanager
    async def _rare_call(self) -> AsyncIterator[AbstractChannel]:
        """A channel of its own. Raises BusError when the broker is away or refuses."""
        session = await self._connected_session(PUBLISH_TIMEOUT_SECONDS)
        try:
            async with asyncio.timeout(RARE_CALL_SECONDS):
                async with session.connection.channel(publisher_confirms=False) as channel:
                    yield channel
        except BROKER_ERRORS as error:
            raise BusError(f"the broker: {type(error).__name__}: {error}") from error

    async def _stay_connected(self) -> None:
        while True:
            raise_if_cancelled()
            try:
                await self._connect_once()
            except BROKER_ERRORS as error:
                self._outage.noticed(error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _connect_once(self) -> None:
        """One connected period: ends with one of BROKER_ERRORS, or by cancellation."""
        connection = await aio_pika.connect(
            self._url, timeout=CONNECT_TIMEOUT_SECONDS, heartbeat=HEARTBEAT_SECONDS
        )
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        try:
            async with (
                asyncio.timeout(DECLARE_SECONDS),
                connection.channel(publisher_confirms=False) as channel,
            ):
                await topology.declare_infrastructure(channel)
                await topology.declare_queues(channel, self._declared)
            self._session = _Session(connection, Publisher(connection))
            self._ready.set()
            self._outage.over()
            raise_if_cancelled()
            await lost.wait()
            raise ConnectionError("the connection was lost")
        finally:
            self._ready.clear()
            self._session = None
            with suppress(*BROKER_ERRORS):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()


async def _try_to_declare(connection: AbstractConnection, queues: Sequence[Queue]) -> None:
    """Declare now; when that fails they are declared on reconnecting, or the next failure."""
    try:
        async with (
            asyncio.timeout(DECLARE_SECONDS),
            connection.channel(publisher_confirms=False) as channel,
        ):
            await topology.declare_queues(channel, queues)
    except BROKER_ERRORS as error:
        logger.warning("queues not declared: %s: %s", type(error).__name__, error)


def _delayed(message: Message, delay: timedelta) -> Outgoing:
    """Into the largest step that fits; what remains travels in a header, so no clock is asked."""
    step = topology.largest_step(delay)
    amqp = to_amqp(message, Bookkeeping(remaining=max(delay - step, timedelta(0))))
    return Outgoing(topology.delay_exchange(step), message.routing_key, amqp)
