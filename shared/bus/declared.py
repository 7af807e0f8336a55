"""Declared queues in, "has this message a consumer?" out: what both adapters remember."""

from collections.abc import Iterable, Iterator

from shared.bus.base import Queue
from shared.bus.topic import matches


class DeclaredQueues:
    """The queues that this process has declared, by name; declared again after a reconnect."""

    def __init__(self) -> None:
        self._queues: dict[str, Queue] = {}

    def add(self, queues: Iterable[Queue]) -> None:
        """Remember `queues`; a later declaration of the same name replaces the earlier."""
        self._queues.update((queue.name, queue) for queue in queues)

    def __iter__(self) -> Iterator[Queue]:
        return iter(tuple(self._queues.values()))

    def want(self, routing_key: str) -> bool:
        """Whether any of them takes messages with `routing_key`."""
        return any(
            matches(pattern, routing_key)
            for queue in self._queues.values()
            for pattern in queue.bindings
        )
