"""The `Bus`: what the services need of messaging, as a Protocol and plain values.

Messages go to one topic exchange; each `Queue` gets a copy of every message whose routing
key matches one of its binding patterns (AMQP: `*` is one word, `#` is any number of words).
Delivery is at least once and in no promised order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

RETRY_DELAYS = (
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
)
"""How long a message waits before it is delivered again after its n-th failure.

After one failure more than there are delays it is parked."""

DELIVERY_LIMIT = 10
"""A message that had to be delivered again this often, because its consumer died each time and
neither handled nor refused it, is parked instead."""

PUBLISH_TIMEOUT_SECONDS = 5.0


class BusError(Exception):
    """The root of the bus's errors.

    BusError
    ├── PublishFailed         not confirmed within the time limit; may or may not be stored
    │   └── Unroutable        a queue that should receive it is missing at the broker
    └── MessageRejected       raised by a handler: park at once, retrying cannot help
    """

    code = "BUS_ERROR"


class PublishFailed(BusError):
    """The broker did not confirm; publish again, receivers absorb the duplicate."""

    code = "PUBLISH_FAILED"


class Unroutable(PublishFailed):
    """A declared queue should receive the message, and the broker has no such queue."""

    code = "UNROUTABLE"

    def __init__(self, routing_key: str) -> None:
        super().__init__(f"no queue at the broker takes {routing_key!r}")


class MessageRejected(BusError):
    """A handler's verdict: this message can never be handled; it is parked with the reason."""

    code = "MESSAGE_REJECTED"


def reason_of(error: BaseException) -> str:
    """Why a handler failed, short enough for a header."""
    return f"{type(error).__name__}: {error}"[:500]


@dataclass(frozen=True, slots=True)
class Message:
    """What is carried: `id` identifies it across duplicates, `body` is opaque."""

    id: UUID
    routing_key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queue:
    """One consumer's durable queue and the routing keys that reach it.

    `prefetch` messages are on their way to one consumer at most, and `concurrency` of them
    are being handled at once.
    """

    name: str
    bindings: tuple[str, ...]
    prefetch: int = 32
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that was given up, with the reason of its last failure."""

    message: Message
    reason: str
    failures: int


Handler: TypeAlias = Callable[[Message], Awaitable[None]]


class Bus(Protocol):
    """A connection to a broker that keeps itself alive; see `shared.bus.connect`."""

    @property
    def connected(self) -> bool:
        """Whether the broker is reachable at this moment and the topology stands."""
        ...

    async def start(self) -> None:
        """Begin to connect, and reconnect until closed. Returns at once, broker or not."""
        ...

    async def close(self) -> None:
        """Let go of the broker. Unfinished deliveries go back to their queues."""
        ...

    async def declare(self, queues: Sequence[Queue]) -> None:
        """Make `queues` exist, now or as soon as the broker is there, and after each reconnect.

        Publishers declare the queues of every consumer (`shared.contracts.topology`): what is
        published before a consumer first starts then waits for it.
        """
        ...

    async def publish(self, messages: Sequence[Message]) -> None:
        """Store all messages in every queue they match; returns when the broker confirmed.

        A message that no declared queue matches is nobody's: it is accepted and dropped.
        Raises PublishFailed within its time limit, when any of the messages may be missing.
        """
        ...

    async def publish_after(self, message: Message, delay: timedelta) -> None:
        """As `publish`, but receivers get the message when `delay` has passed (not before).

        Returns when the broker has stored it. A delay of zero or less is `publish`.
        """
        ...

    async def consume(self, queue: Queue, handler: Handler) -> None:
        """Feed `queue` to `handler` until cancelled, through every reconnect.

        A handler that returns has handled the message. One that raises gets it again after
        RETRY_DELAYS, then it is parked with the reason; MessageRejected parks at once.
        """
        ...

    async def parked(self, queue: Queue, limit: int = 100) -> Sequence[ParkedMessage]:
        """Up to `limit` parked messages of `queue`, oldest first; they stay parked."""
        ...

    async def replay(self, queue: Queue, limit: int | None = None) -> int:
        """Put parked messages back into `queue`, their failures forgotten; how many."""
        ...
