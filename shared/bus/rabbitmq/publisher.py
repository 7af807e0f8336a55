"""Messages in, confirmations of the broker out, on one channel of one connected period."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPException, PublishError

from shared.bus.base import PUBLISH_TIMEOUT_SECONDS, PublishFailed, Unroutable

BROKER_ERRORS = (AMQPException, OSError, TimeoutError, RuntimeError, asyncio.InvalidStateError)
"""What aio-pika raises when the broker is away, refuses, or goes away meanwhile."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One publish. `mandatory`: that no queue takes it is an error."""

    exchange: str
    routing_key: str
    message: aio_pika.Message
    mandatory: bool = True


class Publisher:
    """Publishes with confirms. Opens its channel anew when the broker has closed it."""

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()

    async def publish(self, outgoing: Iterable[Outgoing]) -> None:
        """Return when all are confirmed. Raises PublishFailed within the time limit."""
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                channel = await self.channel()
                # return_exceptions: none of them may outlive this call
                outcomes = await asyncio.gather(
                    *(_publish(channel, one) for one in outgoing), return_exceptions=True
                )
        except BROKER_ERRORS as error:
            raise PublishFailed(f"not confirmed: {type(error).__name__}: {error}") from error
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def channel(self) -> AbstractChannel:
        """The channel with confirms. Raises one of BROKER_ERRORS."""
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await self._connection.channel(
                    publisher_confirms=True, on_return_raises=True
                )
            return self._channel


async def _publish(channel: AbstractChannel, outgoing: Outgoing) -> None:
    underlay = await channel.get_underlay_channel()
    try:
        await underlay.basic_publish(
            outgoing.message.body,
            exchange=outgoing.exchange,
            routing_key=outgoing.routing_key,
            properties=outgoing.message.properties,
            mandatory=outgoing.mandatory,
            timeout=PUBLISH_TIMEOUT_SECONDS,
        )
    except PublishError as error:
        raise Unroutable(outgoing.routing_key) from error
    except BROKER_ERRORS as error:
        raise PublishFailed(f"not confirmed: {type(error).__name__}: {error}") from error
