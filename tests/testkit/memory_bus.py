"""A bus in memory, on a virtual clock, that can drop, double and shuffle: for model tests only.

`MemoryBroker` is the broker: nothing happens until a test says `deliver_next` or `settle`, and
the same seed gives the same run. `MemoryBus` is the `Bus` that services talk to.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from shared.bus import Handler, Message, MessageRejected, ParkedMessage, Queue
from shared.bus.base import RETRY_DELAYS, reason_of
from shared.bus.topic import matches

NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Faults:
    """What the broker does wrong, as probabilities; `spares` names messages it never drops."""

    drop: float = 0.0
    double: float = 0.0
    shuffle: bool = False
    spares: Callable[[Message], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one queue, from `due` on."""

    queue: str
    message: Message
    due: timedelta
    failures: int = 0


@dataclass
class MemoryBroker:
    """Queues, what waits in them and what was parked; `now` is the virtual clock."""

    random: Random = field(default_factory=lambda: Random(0))
    faults: Faults = Faults()
    now: timedelta = NOW
    waiting: list[Delivery] = field(default_factory=list)
    parking: dict[str, list[ParkedMessage]] = field(default_factory=dict)
    dropped: list[Message] = field(default_factory=list)
    queues: dict[str, Queue] = field(default_factory=dict)
    handlers: dict[str, Handler] = field(default_factory=dict)

    def advance(self, by: timedelta) -> None:
        """Let time pass; what becomes due is delivered when the test says so."""
        self.now += by

    def publish(self, message: Message, delay: timedelta = NOW) -> None:
        """Put the message into every queue it matches, as often as the faults will have it."""
        for queue in self.queues.values():
            if any(matches(pattern, message.routing_key) for pattern in queue.bindings):
                for _ in range(self._copies(message)):
                    self.waiting.append(Delivery(queue.name, message, self.now + delay))

    def purge(self) -> None:
        """Lose everything that waits, as an operator's purge does."""
        self.dropped += [delivery.message for delivery in self.waiting]
        self.waiting.clear()

    async def deliver_next(self) -> bool:
        """Give one due message to its handler; whether there was one."""
        due = [each for each in self.waiting if each.due <= self.now]
        due = [each for each in due if each.queue in self.handlers]
        if not due:
            return False
        delivery = self.random.choice(due) if self.faults.shuffle else due[0]
        self.waiting.remove(delivery)
        try:
            await self.handlers[delivery.queue](delivery.message)
        except MessageRejected as error:
            self._park(delivery, reason_of(error))
        except Exception as error:  # noqa: BLE001  # a broker's edge: retried, then parked
            self._retry(delivery, reason_of(error))
        return True

    async def settle(self, most: int = 100_000) -> int:
        """Deliver until nothing is due; how many. Fails when it does not come to rest."""
        for count in range(most):
            if not await self.deliver_next():
                return count
        raise AssertionError(f"still not at rest after {most} deliveries")

    @contextmanager
    def consuming(self, queue: Queue, handler: Handler) -> Iterator[None]:
        """Let `handler` have the queue's messages for the length of the block."""
        self.queues[queue.name] = queue
        self.handlers[queue.name] = handler
        try:
            yield
        finally:
            del self.handlers[queue.name]

    def _copies(self, message: Message) -> int:
        if self.random.random() < self.faults.drop and not self.faults.spares(message):
            self.dropped.append(message)
            return 0
        return 2 if self.random.random() < self.faults.double else 1

    def _retry(self, delivery: Delivery, reason: str) -> None:
        if delivery.failures >= len(RETRY_DELAYS):
            self._park(delivery, reason)
            return
        due = self.now + RETRY_DELAYS[delivery.failures]
        self.waiting.append(replace(delivery, due=due, failures=delivery.failures + 1))

    def _park(self, delivery: Delivery, reason: str) -> None:
        parked = ParkedMessage(delivery.message, reason, delivery.failures + 1)
        self.parking.setdefault(delivery.queue, []).append(parked)


class MemoryBus:
    """See `shared.bus.base.Bus`."""

    connected = True

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def start(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def declare(self, queues: Sequence[Queue]) -> None:
        self._broker.queues.update((queue.name, queue) for queue in queues)

    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._broker.publish(message)

    async def publish_after(self, message: Message, delay: timedelta) -> None:
        self._broker.publish(message, max(delay, NOW))

    async def consume(self, queue: Queue, handler: Handler) -> None:
        with self._broker.consuming(queue, handler):
            await asyncio.Event().wait()

    async def parked(self, queue: Queue, limit: int = 100) -> Sequence[ParkedMessage]:
        return self._broker.parking.get(queue.name, [])[:limit]

    async def replay(self, queue: Queue, limit: int | None = None) -> int:
        parking = self._broker.parking.get(queue.name, [])
        replayed, parking[:] = parking[:limit], parking[len(parking[:limit]) :]
        for parked in replayed:
            self._broker.waiting.append(Delivery(queue.name, parked.message, self._broker.now))
        return len(replayed)
