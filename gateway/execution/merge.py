"""An answer's object into the merged data's object: deep only where both have the same key.

Where the plan shows that no key of a step's selection is there yet, `dict.update` does it
(`prepared` decides); this is the general case: shared roots, value types that several subgraphs
fill, fields that more than one step selects.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.execution.failures import Failure, Reason
from gateway.transport.base import MALFORMED

Merge = Callable[[dict[str, object], Mapping[str, object]], None]

_ABSENT: Final = object()


def deep_merge(object_types: frozenset[str], service: str) -> Merge:
    """A merge that keeps what is known: a value beats a null, a null beats a failure.

    `__typename` is replaced unless it names one of `object_types` already: an interface object
    calls every object by the interface's name. Lists merge by index; lists of different length
    are a failure of `service`.
    """
    unequal = Reason.of(
        "The subgraphs' answers for this list differ in length.", MALFORMED, service
    )

    def merge(target: dict[str, object], source: Mapping[str, object]) -> None:
        for key, value in source.items():
            present = target.get(key, _ABSENT)
            if key == "__typename" and present in object_types:
                continue
            target[key] = _merged(present, value)

    def _merged(present: object, value: object) -> object:
        if present is _ABSENT or isinstance(present, Failure):
            return value
        if value is None or isinstance(value, Failure):
            return present
        if isinstance(present, dict) and isinstance(value, dict):
            merge(present, value)
            return present
        if isinstance(present, list) and isinstance(value, list):
            if len(present) != len(value):
                return Failure((unequal,))
            present[:] = [_merged(old, new) for old, new in zip(present, value, strict=True)]
            return present
        return value

    return merge


def copied(value: object) -> object:
    """A JSON value that shares no object or list with the one given."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def separately(merge: Merge) -> Merge:
    """The merge with a copy of the source, so that no two places of the data share an object."""

    def merge_copy(target: dict[str, object], source: Mapping[str, object]) -> None:
        merge(target, {key: copied(value) for key, value in source.items()})

    return merge_copy
