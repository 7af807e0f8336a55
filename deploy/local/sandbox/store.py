"""The sandbox's state: objects by kind and id in memory, each change appended to one file.

A line of the file holds everything that one request changed, so a crash keeps the request whole
or drops it whole. At start the file is read and written anew without superseded versions.
"""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from deploy.local.sandbox.model import (
    BalanceTransaction,
    Chaos,
    Charge,
    Delivery,
    Event,
    Fault,
    Intent,
    Refund,
    SavedAnswer,
)

Stored: TypeAlias = (
    Intent | Charge | Refund | BalanceTransaction | Event | Delivery | SavedAnswer | Chaos | Fault
)
_T = TypeVar(
    "_T", Intent, Charge, Refund, BalanceTransaction, Event, Delivery, SavedAnswer, Chaos, Fault
)
KEYS_KEPT_SECONDS = 24 * 3600
EVENTS_KEPT_SECONDS = 30 * 24 * 3600
KINDS: tuple[type[Stored], ...] = (
    Intent,
    Charge,
    Refund,
    BalanceTransaction,
    Event,
    Delivery,
    SavedAnswer,
    Chaos,
    Fault,
)


class Store:
    """Objects of each kind, newest last. `put` and `drop` are lasting once `commit` returned."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._objects: dict[type[Stored], dict[str, Any]] = {kind: {} for kind in KINDS}
        self._changes: list[tuple[str, str, Stored | None]] = []
        if path is not None and path.exists():
            self._read(path)
        if path is not None:
            self._rewrite(path)
        self._file = None if path is None else path.open("a", encoding="utf-8")

    def close(self) -> None:
        """Close the file; what was committed stays."""
        if self._file is not None:
            self._file.close()

    def get(self, kind: type[_T], object_id: str) -> _T | None:
        """The object, or None."""
        found: _T | None = self._objects[kind].get(object_id)
        return found

    def all(self, kind: type[_T]) -> Iterator[_T]:
        """Every object of a kind, oldest first."""
        objects: dict[str, _T] = self._objects[kind]
        return iter(tuple(objects.values()))

    def count(self, kind: type[Stored]) -> int:
        """How many objects of a kind there are."""
        return len(self._objects[kind])

    def put(self, value: Stored) -> None:
        """Add or replace."""
        self._objects[type(value)][value.id] = value
        self._changes.append((type(value).__name__, value.id, value))

    def drop(self, kind: type[Stored], object_id: str) -> None:
        """Remove; a no-op when there is none."""
        if self._objects[kind].pop(object_id, None) is not None:
            self._changes.append((kind.__name__, object_id, None))

    def prune(self, now: float) -> None:
        """Forget what Stripe forgets too: idempotency keys of yesterday, events of last month."""
        pending = {delivery.event for delivery in self.all(Delivery)}
        for answer in self.all(SavedAnswer):
            if now - answer.created > KEYS_KEPT_SECONDS:
                self.drop(SavedAnswer, answer.id)
        for event in self.all(Event):
            if now - event.created > EVENTS_KEPT_SECONDS and event.id not in pending:
                self.drop(Event, event.id)

    def clear(self) -> None:
        """Remove everything."""
        for kind, objects in self._objects.items():
            for object_id in tuple(objects):
                self.drop(kind, object_id)

    def commit(self) -> None:
        """Write what changed since the last commit as one line of the file."""
        changes, self._changes = self._changes, []
        if self._file is not None and changes:
            self._file.write(_line(changes))
            self._file.flush()

    def _read(self, path: Path) -> None:
        kinds = {kind.__name__: kind for kind in KINDS}
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                changes = json.loads(line)
            except ValueError:
                continue  # the last line of a process that was killed while writing it
            for name, object_id, fields in changes:
                objects = self._objects[kinds[name]]
                if fields is None:
                    objects.pop(object_id, None)
                else:
                    objects[object_id] = kinds[name](**fields)

    def _rewrite(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            for kind, objects in self._objects.items():
                for object_id, value in objects.items():
                    file.write(_line([(kind.__name__, object_id, value)]))
        fresh.replace(path)


def _line(changes: list[tuple[str, str, Stored | None]]) -> str:
    plain = [
        (name, object_id, None if value is None else dataclasses.asdict(value))
        for name, object_id, value in changes
    ]
    return json.dumps(plain, separators=(",", ":")) + "\n"
