"""An input type in; a function that checks and coerces one JSON value of that type out.

A coercion takes what JSON gives (None, bool, int, float, str, list, dict), returns what a subgraph
is to be sent and raises InvalidValue. Types refer to each other by name, so recursive input
objects compile once.
"""

import math
from collections.abc import Callable, Mapping

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    is_required_input_field,
)

Coerce = Callable[[object], object]

MAX_INT = 2**31 - 1
MIN_INT = -(2**31)
MAX_SHOWN_CHARACTERS = 80
"""Length up to which a message quotes a value."""
MAX_NAMED = 12
"""How many enum values or fields a message offers."""


class InvalidValue(Exception):
    """A value does not fit its type: what to send instead, and where below the variable."""

    def __init__(self, problem: str, value: object, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.value = value
        self.path = path

    def below(self, key: str | int) -> "InvalidValue":
        """The same problem, seen from one level up."""
        return InvalidValue(self.problem, self.value, (key, *self.path))


class InputTypes:
    """Compiled coercions of named types, shared by the variables of one operation."""

    def __init__(self) -> None:
        self._named: dict[str, Coerce] = {}

    def compile(self, input_type: GraphQLInputType) -> Coerce:
        """The coercion of a value that was sent; it decides about null too."""
        if isinstance(input_type, GraphQLNonNull):
            return _non_null(self._present(input_type.of_type), str(input_type))
        return _nullable(self._present(input_type))

    def _present(self, input_type: GraphQLInputType) -> Coerce:
        """The coercion of a value that is not null."""
        if isinstance(input_type, GraphQLList):
            return _list(self.compile(input_type.of_type))
        if isinstance(input_type, GraphQLNonNull):
            return self._present(input_type.of_type)
        name = input_type.name
        if name not in self._named:
            if isinstance(input_type, GraphQLInputObjectType):
                # Recursive types find this entry while their fields are being compiled.
                self._named[name] = lambda value: compiled(value)
                compiled = self._input_object(input_type)
                self._named[name] = compiled
            elif isinstance(input_type, GraphQLEnumType):
                self._named[name] = _enum(input_type)
            else:
                self._named[name] = _scalar(input_type)
        return self._named[name]

    def _input_object(self, input_type: GraphQLInputObjectType) -> Coerce:
        fields = {name: self.compile(field.type) for name, field in input_type.fields.items()}
        required = tuple(
            (name, str(field.type))
            for name, field in input_type.fields.items()
            if is_required_input_field(field)
        )
        coerce = _object(input_type.name, fields, required)
        return _one_of(input_type.name, coerce) if input_type.is_one_of else coerce


def shown(value: object) -> str:
    """A value as a message quotes it: JSON, cut where it is long."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"


def _nullable(present: Coerce) -> Coerce:
    def coerce(value: object) -> object:
        return None if value is None else present(value)

    return coerce


def _non_null(present: Coerce, type_text: str) -> Coerce:
    def coerce(value: object) -> object:
        if value is None:
            raise InvalidValue(
                f'Expected non-nullable type "{type_text}" not to be null; send a value.', value
            )
        return present(value)

    return coerce


def _list(item: Coerce) -> Coerce:
    def coerce(value: object) -> object:
        if not isinstance(value, list):
            return [item(value)]
        coerced: list[object] = []
        try:
            coerced.extend(map(item, value))  # keeps the items before the one that raises
        except InvalidValue as invalid:
            raise invalid.below(len(coerced)) from None
        return coerced

    return coerce


def _enum(enum: GraphQLEnumType) -> Coerce:
    names = frozenset(enum.values)
    offered = _offer(enum.values)

    def coerce(value: object) -> object:
        if isinstance(value, str) and value in names:
            return value
        if isinstance(value, str):
            problem = f'Value "{value}" does not exist in "{enum.name}" enum; send {offered}.'
        else:
            problem = f'Enum "{enum.name}" cannot represent non-string value; send {offered}.'
        raise InvalidValue(problem, value)

    return coerce


def _offer(names: Mapping[str, object]) -> str:
    listed = list(names)
    text = ", ".join(listed[:MAX_NAMED])
    return f"one of {text}" + (", …" if len(listed) > MAX_NAMED else "")


def _object(
    type_name: str, fields: Mapping[str, Coerce], required: tuple[tuple[str, str], ...]
) -> Coerce:
    def coerce(value: object) -> object:
        if not isinstance(value, dict):
            raise InvalidValue(
                f'Expected type "{type_name}" to be an object; send one with {_offer(fields)}.',
                value,
            )
        coerced: dict[str, object] = {}
        for name, member in value.items():
            field = fields.get(name)
            if field is None:
                raise InvalidValue(
                    f'Field "{name}" is not defined by type "{type_name}"; it has '
                    f"{_offer(fields)}.",
                    value,
                )
            try:
                coerced[name] = field(member)
            except InvalidValue as invalid:
                raise invalid.below(name) from None
        for name, type_text in required:
            if name not in coerced:
                raise InvalidValue(
                    f'Field "{name}" of required type "{type_text}" was not provided; add it.',
                    value,
                )
        return coerced

    return coerce


def _one_of(type_name: str, coerce_object: Coerce) -> Coerce:
    def coerce(value: object) -> object:
        coerced = coerce_object(value)
        if isinstance(coerced, dict) and len(coerced) != 1:
            raise InvalidValue(
                f'Exactly one key must be specified for OneOf type "{type_name}"; '
                f"{len(coerced)} were sent.",
                value,
            )
        if isinstance(coerced, dict):
            (name,) = coerced
            if coerced[name] is None:
                raise InvalidValue(
                    f'Field "{name}" of OneOf type "{type_name}" must be non-null.', value, (name,)
                )
        return coerced

    return coerce


def _scalar(scalar: GraphQLScalarType) -> Coerce:
    """The built-in scalars by the specification's rules; all others pass through untouched."""
    return _BUILT_IN.get(scalar.name, _untouched)


def _untouched(value: object) -> object:
    return value


def _int(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        problem = "Int cannot represent non-integer value"
    elif MIN_INT <= value <= MAX_INT:
        return value
    else:
        problem = "Int cannot represent non 32-bit signed integer value"
    raise InvalidValue(f"{problem}; send a whole number from {MIN_INT} to {MAX_INT}.", value)


def _float(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue("Float cannot represent non numeric value; send a number.", value)
    return value


def _string(value: object) -> object:
    if not isinstance(value, str):
        raise InvalidValue("String cannot represent a non string value; send a string.", value)
    return value


def _boolean(value: object) -> object:
    if not isinstance(value, bool):
        raise InvalidValue(
            "Boolean cannot represent a non boolean value; send true or false.", value
        )
    return value


def _id(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue("ID cannot represent value; send a string or a whole number.", value)
    return str(value)


_BUILT_IN: Mapping[str, Coerce] = {
    "Int": _int,
    "Float": _float,
    "String": _string,
    "Boolean": _boolean,
    "ID": _id,
}
