"""Whether a constant may stand where a type is asked for, as GraphQL has it."""

from collections.abc import Mapping

from gateway.composition.subgraph.known import kind_of
from gateway.composition.subgraph.model import BUILT_IN_SCALARS, Kind, Subgraph
from gateway.composition.type_ref import is_list, is_required, item, nullable
from gateway.composition.values import EnumLiteral, FloatLiteral, Value

_MAX_INT = 2**31


def fits_type(subgraph: Subgraph, type_ref: str, value: Value) -> bool:
    """Whether the value is one of the type; fields of input objects may be left out."""
    if value is None:
        return not is_required(type_ref)
    plain = nullable(type_ref)
    if is_list(plain):
        values = value if isinstance(value, tuple) else (value,)
        return all(fits_type(subgraph, item(plain), one) for one in values)
    if plain in BUILT_IN_SCALARS:
        return _fits_scalar(plain, value)
    kind = kind_of(subgraph, plain)
    definition = subgraph.types.get(plain)
    if kind is Kind.ENUM and definition:
        return isinstance(value, EnumLiteral) and value.name in definition.values
    if kind is Kind.INPUT and definition:
        return isinstance(value, Mapping) and all(
            name in definition.inputs and fits_type(subgraph, definition.inputs[name].type, one)
            for name, one in value.items()
        )
    return True


def _fits_scalar(name: str, value: Value) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    match name:
        case "Int":
            return whole and isinstance(value, int) and -_MAX_INT <= value < _MAX_INT
        case "Float":
            return whole or isinstance(value, FloatLiteral)
        case "Boolean":
            return isinstance(value, bool)
        case "ID":
            return whole or isinstance(value, str)
    return isinstance(value, str)
