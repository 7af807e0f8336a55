"""The merged data in, the representations that one `_entities` field is sent out.

Each object is sent once however often it occurs (G54); `Batch.groups` keeps the objects that wait
for each answer, so results fan out without walking the data again. This module knows every case;
`representations_source` writes the same, faster, for flat representations.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from gateway.execution.failures import Failure, JsonObject
from gateway.execution.walk import chains_at
from gateway.planner.plan import ContextArgument, EntityInput, InputField, Representation


@dataclass(slots=True)
class Batch:
    """What one entity input sends, and where the answers go.

    `groups[n]` are the objects that `representations[n]` stands for. `unsent` are objects that
    cannot be asked for, with the failure that prevents it (None: a key is simply null).
    `contexts` is parallel to the representations where the input has context arguments.
    """

    representations: list[object] = field(default_factory=list)
    groups: list[list[JsonObject]] = field(default_factory=list)
    unsent: list[tuple[JsonObject, Failure | None]] = field(default_factory=list)
    contexts: list[tuple[object, ...]] = field(default_factory=list)

    def objects(self) -> list[JsonObject]:
        """Every object that the input found, those that could not be asked for at the end."""
        found = [each for group in self.groups for each in group]
        found.extend(each for each, _ in self.unsent)
        return found


Collect = Callable[[object, Batch], None]
"""Fill an empty batch from the merged data's root (or from a list of objects)."""


class NotSendable(Exception):
    """A representation cannot be made: a key is null, or an input has failed."""

    def __init__(self, failure: Failure | None) -> None:
        super().__init__("the object cannot be asked for")
        self.failure = failure


def collector(entity: EntityInput) -> Collect:
    """The general collector of an entity input."""
    by_type = {
        name: representation
        for representation in entity.representations
        for name in representation.types
    }
    only = entity.representations[0] if len(entity.representations) == 1 else None

    def collect(data: object, batch: Batch) -> None:
        seen: dict[bytes, list[JsonObject]] = {}
        known: set[int] = set()
        for target in entity.targets:
            for chain in chains_at(data, target):
                found = chain[-1]
                if not isinstance(found, dict) or (id(found) in known and not entity.contexts):
                    continue
                known.add(id(found))
                representation = _representation_of(found, by_type, only)
                if representation is not None:
                    _add(entity, representation, chain, seen, batch)

    return collect


def _representation_of(
    found: JsonObject, by_type: dict[str, Representation], only: Representation | None
) -> Representation | None:
    named = found.get("__typename")
    if named is None:
        return only
    return by_type.get(named) if isinstance(named, str) else None


def _add(
    entity: EntityInput,
    representation: Representation,
    chain: tuple[object, ...],
    seen: dict[bytes, list[JsonObject]],
    batch: Batch,
) -> None:
    found = chain[-1]
    assert isinstance(found, dict)
    try:
        sent = represent(found, representation)
        contexts = tuple(context_value(chain, argument) for argument in entity.contexts)
    except NotSendable as stop:
        batch.unsent.append((found, stop.failure))
        return
    key = _identity((sent, contexts))
    group = seen.get(key)
    if group is not None:
        group.append(found)
        return
    seen[key] = group = [found]
    batch.groups.append(group)
    batch.representations.append(sent)
    if entity.contexts:
        batch.contexts.append(contexts)


def _identity(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        return repr(value).encode()


def represent(found: JsonObject, representation: Representation) -> JsonObject:
    """`{"__typename": ..., ...fields}` of one object. Raises NotSendable."""
    sent: JsonObject = {"__typename": representation.typename}
    sent.update(_fields(found, representation.fields))
    return sent


def _fields(holder: JsonObject, fields: Sequence[InputField]) -> Iterator[tuple[str, object]]:
    merged: dict[str, object] = {}
    for item in fields:
        if item.on is not None and holder.get("__typename") not in item.on:
            continue
        value = holder.get(item.source_key)
        if isinstance(value, Failure):
            raise NotSendable(value)
        if value is None and item.is_key:
            raise NotSendable(None)
        selected = _selected(value, item) if item.selection else value
        before = merged.get(item.name)
        if isinstance(before, dict) and isinstance(selected, dict):
            selected = {**before, **selected}  # the same field from two fragments
        merged[item.name] = selected
    yield from merged.items()


def _selected(value: object, item: InputField) -> object:
    if isinstance(value, dict):
        return dict(_fields(value, item.selection))
    if isinstance(value, list):
        return [_selected(part, item) for part in value]
    if isinstance(value, Failure):
        raise NotSendable(value)
    if value is None and item.is_key:
        raise NotSendable(None)
    return value


def context_value(chain: tuple[object, ...], argument: ContextArgument) -> object:
    """The value of a `@fromContext` argument, read on the ancestor it names."""
    return _single(chain[argument.depth], argument.selection)


def _single(holder: object, fields: Sequence[InputField]) -> object:
    if isinstance(holder, list):
        return [_single(item, fields) for item in holder]
    if isinstance(holder, Failure):
        raise NotSendable(holder)
    if not isinstance(holder, dict):
        return None
    for item in fields:
        if item.on is not None and holder.get("__typename") not in item.on:
            continue
        value = holder.get(item.source_key)
        if isinstance(value, Failure):
            raise NotSendable(value)
        return _single(value, item.selection) if item.selection else value
    return None
