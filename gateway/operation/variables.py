"""The variables that a client sent in; the values that the operation runs with out.

`compile_variables` reads an operation once and returns a function of plain closures, so that a
request costs a few dictionary look-ups and no graphql-core. Values stay what subgraphs are to be
sent: enum values are their names, custom scalars are untouched, defaults of arguments and of input
fields are left to the subgraphs, and a variable that is absent and has no default stays absent.
(GraphQL spec, CoerceVariableValues and Input Coercion; OneOf Input Objects.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from graphql import (
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_location,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
)

from gateway.errors import BadVariables, FormattedError
from gateway.operation.input_values import Coerce, InputTypes, InvalidValue, shown

Values = dict[str, object]
CoerceVariables = Callable[[Mapping[str, object]], Values]
"""Raises BadVariables with one error for each wrong variable."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable of an operation, ready to be coerced."""

    name: str
    type: str
    required: bool
    coerce: Coerce
    default: object
    locations: tuple[Mapping[str, int], ...]


def compile_variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> CoerceVariables:
    """The coercion of `operation`'s variables; the operation is valid against `schema`."""
    types = InputTypes()
    variables = tuple(
        _variable(schema, types, definition) for definition in operation.variable_definitions or ()
    )
    if not variables:
        return _no_variables

    def coerce_all(sent: Mapping[str, object]) -> Values:
        values: Values = {}
        errors: list[FormattedError] = []
        for variable in variables:
            value = sent.get(variable.name, _ABSENT)
            if value is _ABSENT:
                if variable.default is not _ABSENT:
                    values[variable.name] = variable.default
                elif variable.required:
                    errors.append(_error(variable, _missing(variable)))
                continue
            try:
                values[variable.name] = variable.coerce(value)
            except InvalidValue as invalid:
                errors.append(_error(variable, _wrong(variable, value, invalid)))
        if errors:
            raise BadVariables(errors)
        return values

    return coerce_all


def coerce(
    schema: GraphQLSchema, operation: OperationDefinitionNode, sent: Mapping[str, object]
) -> Values:
    """The values of one request, compiled for it alone; prefer `compile_variables`."""
    return compile_variables(schema, operation)(sent)


def _no_variables(sent: Mapping[str, object]) -> Values:
    return {}


def _variable(
    schema: GraphQLSchema, types: InputTypes, definition: VariableDefinitionNode
) -> _Variable:
    # VariablesAreInputTypes has made sure that the type exists and is one.
    input_type = cast("GraphQLInputType", type_from_ast(schema, definition.type))
    coerce_value = types.compile(input_type)
    default: object = _ABSENT
    if definition.default_value is not None:
        default = coerce_value(value_from_ast_untyped(definition.default_value))
    return _Variable(
        name=definition.variable.name.value,
        type=print_ast(definition.type),
        required=isinstance(input_type, GraphQLNonNull),
        coerce=coerce_value,
        default=default,
        locations=_locations(definition),
    )


def _locations(definition: VariableDefinitionNode) -> tuple[Mapping[str, int], ...]:
    if definition.loc is None:
        return ()
    place = get_location(definition.loc.source, definition.loc.start)
    return ({"line": place.line, "column": place.column},)


def _missing(variable: _Variable) -> str:
    return (
        f'Variable "${variable.name}" of required type "{variable.type}" was not provided; '
        f'send it as "{variable.name}" in "variables".'
    )


def _wrong(variable: _Variable, value: object, invalid: InvalidValue) -> str:
    if value is None:
        return (
            f'Variable "${variable.name}" of non-null type "{variable.type}" must not be null; '
            "send a value."
        )
    where = _path_text(variable.name, invalid.path) if invalid.path else None
    at = f' at "{where}"' if where else ""
    return (
        f'Variable "${variable.name}" got invalid value {shown(invalid.value)}{at}; '
        f"{invalid.problem}"
    )


def _path_text(name: str, path: Sequence[str | int]) -> str:
    return name + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


def _error(variable: _Variable, message: str) -> FormattedError:
    error: dict[str, object] = {"message": message}
    if variable.locations:
        error["locations"] = list(variable.locations)
    error["extensions"] = {"code": BadVariables.code, "variable": variable.name}
    return error
