"""Queues in, the broker's exchanges and queues out. Everything is durable and replicated.

    events (topic) ──bindings──> <queue> ──delivery limit──> <queue>.parked
    retry.<ttl> (fanout) ──> queue retry.<ttl> ──expired──> the queue that is the routing key
    delay.<ttl> (fanout) ──> queue delay.<ttl> ──expired──> delay.due

- A queue cannot be declared again with other arguments (406), so what may change, the TTL,
  stands in its name. Per-message TTLs in one queue would block behind its head.
- Dead-lettering is at-least-once, which needs quorum queues and `reject-publish`.
- The delivery limit is explicit: 3.10 has none by default, 4.x has 20. Queues that are read
  without settling (parking, `delay.due`) get one that is never reached.
"""

from collections.abc import Iterable
from datetime import timedelta

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel
from pamqp.common import FieldTable

from shared.bus.base import DELIVERY_LIMIT, RETRY_DELAYS, Queue

EVENTS = "events"
DUE = "delay.due"
DELAY_STEPS = tuple(
    timedelta(seconds=seconds) for seconds in (0.1, 0.5, 2.0, 10.0, 60.0, 300.0, 900.0)
)
"""A longer delay is waited for in several of these."""

_NEVER_REACHED = 1_000_000
_DECLARE_TIMEOUT_SECONDS = 20


def retry_exchange(delay: timedelta) -> str:
    """Where a message is sent, with its queue as the routing key, to come back after `delay`."""
    return f"retry.{_in_name(delay)}"


def delay_exchange(step: timedelta) -> str:
    """Where a message is sent to arrive in DUE after `step`."""
    return f"delay.{_in_name(step)}"


def parking_queue(queue: str) -> str:
    """Where messages of `queue` end that were given up."""
    return f"{queue}.parked"


def largest_step(remaining: timedelta) -> timedelta:
    """The longest step that is not longer than `remaining`, else the shortest there is."""
    return max((step for step in DELAY_STEPS if step <= remaining), default=DELAY_STEPS[0])


async def declare_infrastructure(channel: AbstractChannel) -> None:
    """The exchange of events, and the queues that only time moves messages out of."""
    await channel.declare_exchange(
        EVENTS, ExchangeType.TOPIC, durable=True, timeout=_DECLARE_TIMEOUT_SECONDS
    )
    await _declare_queue(channel, DUE, {"x-delivery-limit": _NEVER_REACHED})
    for delay in RETRY_DELAYS:
        await _declare_waiting_room(channel, retry_exchange(delay), delay, {})
    for step in DELAY_STEPS:
        arguments: FieldTable = {"x-dead-letter-routing-key": DUE}
        await _declare_waiting_room(channel, delay_exchange(step), step, arguments)


async def declare_queues(channel: AbstractChannel, queues: Iterable[Queue]) -> None:
    """Each queue with its bindings and its parking queue. Bindings of other versions stay."""
    for queue in queues:
        parking = parking_queue(queue.name)
        await _declare_queue(channel, parking, {"x-delivery-limit": _NEVER_REACHED})
        limits: FieldTable = {
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-routing-key": parking,
        }
        await _declare_queue(channel, queue.name, limits | _DEAD_LETTERING)
        declared = await channel.get_queue(queue.name, ensure=False)
        for pattern in queue.bindings:
            await declared.bind(EVENTS, pattern, timeout=_DECLARE_TIMEOUT_SECONDS)


_DEAD_LETTERING: FieldTable = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


async def _declare_waiting_room(
    channel: AbstractChannel, name: str, ttl: timedelta, arguments: FieldTable
) -> None:
    """A fanout exchange and its queue, so that the routing key stays free to name the goal."""
    exchange = await channel.declare_exchange(
        name, ExchangeType.FANOUT, durable=True, timeout=_DECLARE_TIMEOUT_SECONDS
    )
    expiring: FieldTable = {"x-message-ttl": round(ttl.total_seconds() * 1000)}
    await _declare_queue(channel, name, expiring | _DEAD_LETTERING | arguments)
    queue = await channel.get_queue(name, ensure=False)
    await queue.bind(exchange, timeout=_DECLARE_TIMEOUT_SECONDS)


async def _declare_queue(channel: AbstractChannel, name: str, arguments: FieldTable) -> None:
    quorum: FieldTable = {"x-queue-type": "quorum"}
    await channel.declare_queue(
        name, durable=True, arguments=quorum | arguments, timeout=_DECLARE_TIMEOUT_SECONDS
    )


def _in_name(delay: timedelta) -> str:
    milliseconds = round(delay.total_seconds() * 1000)
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"
