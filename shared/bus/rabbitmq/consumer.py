"""One queue's deliveries in, calls of its handler out, each settled by how its call ended."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from shared.bus.base import (
    RETRY_DELAYS,
    Handler,
    Message,
    MessageRejected,
    PublishFailed,
    Queue,
    reason_of,
)
from shared.bus.rabbitmq.frames import Bookkeeping, from_amqp, to_amqp
from shared.bus.rabbitmq.publisher import BROKER_ERRORS, Outgoing, Publisher
from shared.bus.rabbitmq.topology import parking_queue, retry_exchange

logger = logging.getLogger(__name__)

HOLD_BACK_SECONDS = 1.0
CLOSE_SECONDS = 2.0
START_TIMEOUT_SECONDS = 5.0
"""A quorum queue that is electing its leader may never answer; ask again."""

Settle: TypeAlias = Callable[[AbstractIncomingMessage], Awaitable[None]]
"""Does with a delivery what is to be done; raises when it must be delivered again."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What to read from the broker, and how much of it at once."""

    queue: str
    prefetch: int
    concurrency: int


class ConsumerLost(Exception):
    """The channel was closed, or the queue deleted: to be consumed anew."""


def raise_if_cancelled() -> None:
    """Raise the CancelledError that aiormq swallows when it meets a channel's opening or close.

    To be called before a wait without end: the cancellation will not be sent a second time.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def consume(
    connection: AbstractConnection, subscription: Subscription, settle: Settle
) -> None:
    """Give each delivery to `settle` until cancelled; acknowledged when that returns.

    Raises ConsumerLost or one of BROKER_ERRORS when the broker ended it. Whatever is not
    acknowledged then is delivered again by the broker.
    """
    async with asyncio.timeout(START_TIMEOUT_SECONDS):
        channel = await connection.channel(publisher_confirms=False)
    try:
        await channel.set_qos(prefetch_count=subscription.prefetch, timeout=START_TIMEOUT_SECONDS)
        slots = asyncio.Semaphore(subscription.concurrency)
        ended = asyncio.Event()
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: ended.set())
        channel.close_callbacks.add(lambda *_: ended.set())
        async with asyncio.TaskGroup() as handling:

            async def receive(incoming: AbstractIncomingMessage) -> None:
                handling.create_task(_handle(incoming, slots, settle))

            queue = await channel.get_queue(subscription.queue, ensure=False)
            await queue.consume(receive, timeout=START_TIMEOUT_SECONDS)
            raise_if_cancelled()
            await ended.wait()
            raise ConsumerLost(f"the broker ended the consumer of {subscription.queue}")
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from group
    finally:
        with suppress(*BROKER_ERRORS):
            async with asyncio.timeout(CLOSE_SECONDS):
                await channel.close()


async def _handle(
    incoming: AbstractIncomingMessage, slots: asyncio.Semaphore, settle: Settle
) -> None:
    async with slots:
        try:
            await settle(incoming)
        except PublishFailed as error:
            # Neither handled nor passed on: back to the queue, slowly. The delivery limit
            # bounds how often.
            logger.warning("delivery held back: %s", error)
            await asyncio.sleep(HOLD_BACK_SECONDS)
            with suppress(*BROKER_ERRORS):
                await incoming.nack(requeue=True)
            return
        with suppress(*BROKER_ERRORS):  # lost meanwhile: it is delivered again
            await incoming.ack()


def settling(queue: Queue, handler: Handler, publisher: Publisher) -> Settle:
    """Call the handler; what fails goes to a retry queue, then to the parking queue."""

    async def settle(incoming: AbstractIncomingMessage) -> None:
        try:
            message, noted = from_amqp(incoming)
        except MessageRejected:
            logger.exception("%s: dropped what is not a message of ours", queue.name)
            return
        try:
            await handler(message)
        except MessageRejected as error:
            await _pass_on(message, Bookkeeping(noted.failures + 1, reason_of(error)), None)
        except Exception as error:  # the edge: retried, then parked with the reason
            logger.warning("%s: %s failed", queue.name, message.id, exc_info=True)
            delay = dict(enumerate(RETRY_DELAYS)).get(noted.failures)
            await _pass_on(message, Bookkeeping(noted.failures + 1, reason_of(error)), delay)

    async def _pass_on(message: Message, noted: Bookkeeping, delay: timedelta | None) -> None:
        copy = to_amqp(message, noted)
        if delay is None:
            logger.error("%s: parked %s: %s", queue.name, message.id, noted.reason)
            await publisher.publish([Outgoing("", parking_queue(queue.name), copy)])
        else:
            await publisher.publish([Outgoing(retry_exchange(delay), queue.name, copy)])

    return settle
