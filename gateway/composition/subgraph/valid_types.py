"""Types, fields and arguments as GraphQL wants them: named, filled, of types that are there."""

from collections.abc import Iterator, Mapping

from gateway.composition.outcome import CompositionError, Location
from gateway.composition.subgraph.known import kind_of
from gateway.composition.subgraph.model import (
    INPUT_KINDS,
    Field,
    InputValue,
    Kind,
    Missing,
    Subgraph,
    TypeDefinition,
)
from gateway.composition.subgraph.valid_values import fits_type
from gateway.composition.type_ref import base


def invalid(subgraph: Subgraph, message: str, *locations: Location) -> CompositionError:
    """An INVALID_GRAPHQL error of one subgraph."""
    return CompositionError("INVALID_GRAPHQL", f"[{subgraph.name}] {message}", locations)


def check_types(subgraph: Subgraph) -> Iterator[CompositionError]:
    """Every fault of types and their members, directives and interfaces excepted."""
    yield from _check_roots(subgraph)
    for definition in subgraph.types.values():
        yield from check_name(subgraph, "type", definition.name, definition.location)
        yield from _check_filled(subgraph, definition)
        for field in definition.fields.values():
            yield from _check_field(subgraph, definition, field)
        yield from check_inputs(subgraph, definition.name, definition.inputs, ".", "")
        for member in definition.members:
            if kind_of(subgraph, member) is not Kind.OBJECT:
                yield invalid(
                    subgraph,
                    f'Union "{definition.name}" has the member "{member}", which is not an object'
                    " type: define it, or remove it from the union.",
                    definition.location,
                )
        for value in definition.values.values():
            yield from check_name(subgraph, "value", value.name, value.location)
            if value.name in ("true", "false", "null"):
                yield invalid(
                    subgraph,
                    f'Enum "{definition.name}" cannot have a value "{value.name}": rename it.',
                    value.location,
                )


def inputs_of(subgraph: Subgraph) -> Iterator[tuple[str, InputValue]]:
    """Every argument and input field with its coordinate."""
    for definition in subgraph.types.values():
        for field in definition.fields.values():
            for argument in field.arguments.values():
                yield f"{definition.name}.{field.name}({argument.name}:)", argument
        for value in definition.inputs.values():
            yield f"{definition.name}.{value.name}", value
    for directive in subgraph.directive_definitions.values():
        for argument in directive.arguments.values():
            yield f"@{directive.name}({argument.name}:)", argument


def _check_roots(subgraph: Subgraph) -> Iterator[CompositionError]:
    names = list(subgraph.roots.values())
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield invalid(
            subgraph,
            f'"{name}" is the root type of several kinds of operation: give each its own.',
            *([subgraph.types[name].location] if name in subgraph.types else []),
        )
    for kind, name in subgraph.roots.items():
        found = subgraph.types.get(name)
        if found is None or found.kind is not Kind.OBJECT:
            yield invalid(
                subgraph,
                f'The {kind} root type "{name}" is not an object type of the schema: define it.',
                *([found.location] if found else [Location(subgraph.name, 1, 1)]),
            )


def check_name(
    subgraph: Subgraph, what: str, name: str, location: Location
) -> Iterator[CompositionError]:
    """Names that begin with two underscores."""
    if name.startswith("__"):
        yield invalid(
            subgraph,
            f'The {what} name "{name}" must not begin with "__", which is for introspection:'
            " rename it.",
            location,
        )


def _check_filled(subgraph: Subgraph, definition: TypeDefinition) -> Iterator[CompositionError]:
    what = {
        Kind.OBJECT: ("field", definition.fields),
        Kind.INTERFACE: ("field", definition.fields),
        Kind.INPUT: ("field", definition.inputs),
        Kind.ENUM: ("value", definition.values),
        Kind.UNION: ("member", definition.members),
    }.get(definition.kind)
    if what and not what[1] and definition.name not in subgraph.roots.values():
        yield invalid(
            subgraph,
            f'Type "{definition.name}" has no {what[0]}: give it at least one.',
            definition.location,
        )


def _check_field(
    subgraph: Subgraph, definition: TypeDefinition, field: Field
) -> Iterator[CompositionError]:
    coordinate = f"{definition.name}.{field.name}"
    yield from check_name(subgraph, "field", field.name, field.location)
    kind = kind_of(subgraph, base(field.type))
    if kind is None or kind is Kind.INPUT:
        yield _wrong_type(subgraph, coordinate, field.type, kind, field.location)
    yield from check_inputs(subgraph, coordinate, field.arguments, "(", ":)")


def check_inputs(
    subgraph: Subgraph, owner: str, inputs: Mapping[str, InputValue], before: str, after: str
) -> Iterator[CompositionError]:
    """Faults of arguments or input fields."""
    for value in inputs.values():
        coordinate = f"{owner}{before}{value.name}{after}"
        yield from check_name(subgraph, "name of", value.name, value.location)
        kind = kind_of(subgraph, base(value.type))
        if kind not in INPUT_KINDS:
            yield _wrong_type(subgraph, coordinate, value.type, kind, value.location)
        elif not default_fits(subgraph, value):
            yield invalid(
                subgraph,
                f'The default of "{coordinate}" is not of type "{value.type}": correct one of'
                " them.",
                value.location,
            )


def default_fits(subgraph: Subgraph, value: InputValue) -> bool:
    """Whether an element's default, if any, is of its type."""
    return isinstance(value.default, Missing) or fits_type(subgraph, value.type, value.default)


def _wrong_type(
    subgraph: Subgraph, coordinate: str, type_ref: str, kind: Kind | None, location: Location
) -> CompositionError:
    name = base(type_ref)
    if kind is None:
        return invalid(
            subgraph,
            f'"{coordinate}" has the unknown type "{name}": define it, or correct the name.',
            location,
        )
    return invalid(
        subgraph,
        f'"{coordinate}" cannot have the type "{name}", which is of kind {kind.value}: use a type'
        " that may stand there.",
        location,
    )
