"""The merged data in, the client's answer out: every rule of completion, one object at a time.

It knows all that can be wrong with the data: failures that stand in for values, missing keys,
values of another kind than the schema says, runtime types that clients must not see. Nulls
propagate once, here, on the client's schema (GraphQL spec, 6.4.4), each with an error that says
why. `completion_source` does the same faster for data in which nothing is wrong, and leaves
everything else to this module.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_named_type,
)

from gateway.execution.failures import Failure, JsonObject, Reason
from gateway.execution.shapes import TYPENAME, ObjectShape, ShapeField
from gateway.transport.base import MALFORMED

INVALID_NULL = "Cannot return null for non-nullable field {coordinate}."


class _Null:
    """A null that stays: `REPORTED` has an error already, `BUBBLE` takes its parent along."""


REPORTED: Final = _Null()
BUBBLE: Final = _Null()

Place = tuple["Place | None", str | int]
"""A response path as a linked list from its end."""

Leaf = Callable[[object], bool]


def complete(shape: ObjectShape, data: object, *, partial: bool = False) -> "Completed":
    """The answer to the operation whose root has `shape`.

    `partial` data lacks what nobody waited for, because a failure nulls the answer anyway.
    """
    completer = _Completer(partial)
    value = completer.complete_object(shape, shape.type_name, data, None)
    reported = frozenset(key for key, _ in completer.seen)
    return Completed(None if isinstance(value, _Null) else value, completer.errors, reported)


@dataclass(frozen=True, slots=True)
class Completed:
    """`data` and `errors` of an answer; `reported` has the `Reason.cause` of each error used."""

    data: JsonObject | None
    errors: list[JsonObject]
    reported: frozenset[int]


class _Completer:
    """Collects the errors of one answer."""

    def __init__(self, partial: bool) -> None:
        self.partial = partial
        self.errors: list[JsonObject] = []
        self.seen: set[tuple[int, tuple[str | int, ...]]] = set()

    def complete_object(
        self, shape: ObjectShape, coordinate: str, raw: object, place: Place | None
    ) -> JsonObject | _Null:
        if not isinstance(raw, dict):
            return self.wrong(coordinate, "an object", place)
        runtime_type = self.runtime_type(shape, raw)
        if runtime_type is None:
            self.report(f"The value of {coordinate} has no type of this schema.", place, MALFORMED)
            return REPORTED
        answer: JsonObject = {}
        for field in shape.fields_of(runtime_type):
            at: Place = (place, field.response_key)
            if field.source_key == TYPENAME:
                answer[field.response_key] = runtime_type
                continue
            name = f"{runtime_type}.{field.name}"
            if field.source_key not in raw:
                value: object = self.missing(field, name, at)
            else:
                value = self.value(field.type, field, name, raw[field.source_key], at)
            if value is BUBBLE:
                return REPORTED
            answer[field.response_key] = value
        return answer

    @staticmethod
    def runtime_type(shape: ObjectShape, raw: Mapping[str, object]) -> str | None:
        """The object type to complete as; None when it is hidden or cannot be told."""
        if not shape.abstract:
            return shape.type_name
        named = raw.get(TYPENAME)
        if isinstance(named, str) and named in shape.possible:
            return named
        if shape.uniform and (named is None or named == shape.type_name):
            return shape.type_name  # the fields are the same for every type there is
        return None

    def value(
        self,
        type_: GraphQLOutputType,
        field: ShapeField,
        coordinate: str,
        raw: object,
        place: Place,
    ) -> object:
        """The completed value, None for a null that may stay, or BUBBLE."""
        if not isinstance(type_, GraphQLNonNull):
            value = self.nullable(type_, field, coordinate, raw, place)
            return None if value is REPORTED else value
        value = self.nullable(type_.of_type, field, coordinate, raw, place)
        if value is None:
            self.report(INVALID_NULL.format(coordinate=coordinate), place, MALFORMED)
            return BUBBLE
        return BUBBLE if value is REPORTED else value

    def nullable(
        self,
        type_: GraphQLOutputType,
        field: ShapeField,
        coordinate: str,
        raw: object,
        place: Place,
    ) -> object:
        if raw is None:
            return None
        if isinstance(raw, Failure):
            return self.failure(raw, field, place)
        if isinstance(type_, GraphQLList):
            return self.complete_list(type_, field, coordinate, raw, place)
        if field.shape is not None:
            return self.complete_object(field.shape, coordinate, raw, place)
        if leaf_test(type_)(raw):
            return raw
        if isinstance(type_, GraphQLEnumType):  # the value itself may be hidden: never named
            self.report(f"{coordinate} has a value that its enum does not.", place, MALFORMED)
            return REPORTED
        return self.wrong(coordinate, f"of type {get_named_type(type_).name}", place)

    def complete_list(
        self,
        type_: GraphQLList[GraphQLOutputType],
        field: ShapeField,
        coordinate: str,
        raw: object,
        place: Place,
    ) -> object:
        if not isinstance(raw, list):
            return self.wrong(coordinate, "a list", place)
        items: list[object] = []
        for index, item in enumerate(raw):
            value = self.value(type_.of_type, field, coordinate, item, (place, index))
            if value is BUBBLE:
                return REPORTED
            items.append(value)
        return items

    def missing(self, field: ShapeField, coordinate: str, place: Place) -> object:
        if not self.partial:
            self.report(f"The subgraph's answer has no value for {coordinate}.", place, MALFORMED)
        return BUBBLE if isinstance(field.type, GraphQLNonNull) and not self.partial else None

    def wrong(self, coordinate: str, expected: str, place: Place | None) -> _Null:
        self.report(f"The subgraph's value for {coordinate} is not {expected}.", place, MALFORMED)
        return REPORTED

    def failure(self, failure: Failure, field: ShapeField, place: Place) -> _Null:
        for reason in failure.reasons:
            path = (*path_of(place), *client_rest(reason, field))
            key = (reason.cause, path)
            if key not in self.seen:
                self.seen.add(key)
                self.errors.append(
                    {
                        "message": reason.message,
                        "path": list(path),
                        "extensions": dict(reason.extensions),
                    }
                )
        return REPORTED

    def report(self, message: str, place: Place | None, code: str) -> None:
        error: JsonObject = {"message": message}
        if place is not None:
            error["path"] = list(path_of(place))
        error["extensions"] = {"code": code}
        self.errors.append(error)


def path_of(place: Place | None) -> tuple[str | int, ...]:
    """The response path from the root."""
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return tuple(reversed(keys))


def client_rest(reason: Reason, field: ShapeField) -> tuple[str | int, ...]:
    """The rest of a subgraph's error path in the client's keys, as far as the client knows it."""
    keys: list[str | int] = []
    shape = field.shape
    for segment in reason.rest:
        if isinstance(segment, int):
            keys.append(segment)
            continue
        found = _output_field(shape, segment) if shape is not None else None
        if found is None:
            break
        keys.append(found.response_key)
        shape = found.shape
    return tuple(keys)


def _output_field(shape: ObjectShape, source_key: str) -> ShapeField | None:
    for runtime_type in sorted(shape.possible):
        for field in shape.fields_of(runtime_type):
            if field.source_key == source_key:
                return field
    return None


def leaf_test(type_: GraphQLOutputType) -> Leaf:
    """Whether a JSON value is one of a leaf type; custom scalars may be anything but a failure."""
    if isinstance(type_, GraphQLEnumType):
        return lambda value: isinstance(value, str) and value in type_.values
    if isinstance(type_, GraphQLScalarType):
        return _SCALARS.get(type_.name, _anything)
    return _anything


def _anything(value: object) -> bool:
    return True


def _is_int(value: object) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


_SCALARS: Mapping[str, Leaf] = {
    "Int": _is_int,
    "Float": lambda value: type(value) in (int, float),
    "String": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "ID": lambda value: type(value) in (str, int),
}
