"""A frozen dataclass in, JSON data out, and back; field names are camelCase in the data.

Reading is tolerant: unknown fields are ignored, fields with a default may be absent. That is
what lets two versions of a service run side by side.
"""

import dataclasses
import types
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from shared.json import JSON, JSONObject

T = TypeVar("T")


class ContractError(ValueError):
    """Data does not have the shape that a contract promises."""

    code = "CONTRACT_VIOLATED"


class Snapshot:
    """Base of the contract dataclasses: the whole state of an aggregate at one version."""

    __slots__ = ()

    def to_data(self) -> JSONObject:
        """The JSON data that `from_data` reads back as an equal value."""
        return cast("JSONObject", encode_value(self))

    @classmethod
    def from_data(cls, data: JSONObject) -> Self:
        """The snapshot that `data` describes. Raises ContractError."""
        return decode_value(cls, data)


def encode_value(value: object) -> JSON:
    """`value` (dataclass, UUID, datetime, enum, tuple or scalar) as JSON data."""
    match value:
        case None | bool() | int() | float() | str():
            return value.value if isinstance(value, StrEnum) else value
        case UUID():
            return str(value)
        case datetime():
            return encode_time(value)
        case tuple() | list():
            return [encode_value(item) for item in value]
        case Mapping():
            return {str(key): encode_value(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = _wire_names(type(value))
        return {wire: encode_value(getattr(value, name)) for name, wire in names.items()}
    raise ContractError(f"{type(value).__name__} has no JSON form: {value!r}")


def decode_value(kind: type[T], data: JSON, where: str = "") -> T:
    """`data` as a value of `kind`. Raises ContractError that names the place."""
    decode = _decoder(cast("Hashable", kind))
    try:
        return cast("T", decode(data, where or kind.__name__))
    except ContractError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ContractError(f"{where or kind}: {error}") from error


def encode_time(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds. Raises ContractError for a naive time."""
    if moment.tzinfo is None:
        raise ContractError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def decode_time(text: str) -> datetime:
    """An aware UTC datetime. Raises ContractError for a naive or malformed time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContractError(f"{text!r} is not a time: {error}") from error
    if moment.tzinfo is None:
        raise ContractError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


@cache
def _wire_names(kind: type) -> dict[str, str]:
    return {field.name: _camel_case(field.name) for field in dataclasses.fields(kind)}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@cache
def _decoder(kind: Any) -> Callable[[JSON, str], object]:
    """A function (data, place) -> value; kinds are few, so each is built once."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        decode = _decoder(inner)
        return lambda data, where: None if data is None else decode(data, where)
    if origin is tuple:
        return _tuple_decoder(arguments[0])
    if origin is Mapping or origin is dict:
        return _checked(dict)
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(cast("type", kind))
    if kind is UUID:
        return lambda data, where: UUID(_string(data, where))
    if kind is datetime:
        return lambda data, where: decode_time(_string(data, where))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda data, where: kind(_string(data, where))
    return _checked(kind)


def _tuple_decoder(item_kind: object) -> Callable[[JSON, str], object]:
    decode = _decoder(item_kind)

    def decode_tuple(data: JSON, where: str) -> object:
        if not isinstance(data, list | tuple):
            raise ContractError(f"{where} is not a list: {data!r}")
        return tuple(decode(item, f"{where}[{index}]") for index, item in enumerate(data))

    return decode_tuple


def _dataclass_decoder(kind: type) -> Callable[[JSON, str], object]:
    hints = get_type_hints(kind)
    wires = _wire_names(kind)
    fields = [
        (field.name, wires[field.name], _decoder(hints[field.name]), _is_required(field))
        for field in dataclasses.fields(kind)
    ]

    def decode_dataclass(data: JSON, where: str) -> object:
        if not isinstance(data, Mapping):
            raise ContractError(f"{where} is not an object: {data!r}")
        values = {}
        for name, wire, decode, required in fields:
            if wire in data:
                values[name] = decode(data[wire], f"{where}.{wire}")
            elif required:
                raise ContractError(f"{where}.{wire} is missing")
        return kind(**values)

    return decode_dataclass


def _is_required(field: "dataclasses.Field[object]") -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _checked(kind: type) -> Callable[[JSON, str], object]:
    def check(data: JSON, where: str) -> object:
        if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
            raise ContractError(f"{where} is not {kind.__name__}: {data!r}")
        return data

    return check


def _string(data: JSON, where: str) -> str:
    if not isinstance(data, str):
        raise ContractError(f"{where} is not a string: {data!r}")
    return data
