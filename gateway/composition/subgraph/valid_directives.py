"""Directive definitions and applications as GraphQL wants them."""

from collections.abc import Iterator, Mapping, Sequence

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.known import directive_definitions
from gateway.composition.subgraph.model import (
    Directive,
    DirectiveDefinition,
    Kind,
    Subgraph,
)
from gateway.composition.subgraph.valid_types import check_inputs, check_name, invalid
from gateway.composition.subgraph.valid_values import fits_type
from gateway.composition.values import to_text

_PLACES: Mapping[Kind, str] = {
    Kind.SCALAR: "SCALAR",
    Kind.OBJECT: "OBJECT",
    Kind.INTERFACE: "INTERFACE",
    Kind.UNION: "UNION",
    Kind.ENUM: "ENUM",
    Kind.INPUT: "INPUT_OBJECT",
}
_Site = tuple[str, str, Sequence[Directive]]  # coordinate, place, applications


def check_directives(subgraph: Subgraph) -> Iterator[CompositionError]:
    """Every fault of directive definitions and applications."""
    known = directive_definitions(subgraph)
    for definition in subgraph.directive_definitions.values():
        yield from check_name(subgraph, "directive", definition.name, definition.location)
        yield from check_inputs(subgraph, f"@{definition.name}", definition.arguments, "(", ":)")
    for coordinate, place, directives in sites(subgraph):
        seen: set[str] = set()
        for directive in directives:
            found = known.get(directive.name)
            if found is None:
                yield invalid(
                    subgraph,
                    f'Unknown directive "@{directive.name}" on "{coordinate}": define it, or'
                    " import it with @link.",
                    directive.location,
                )
                continue
            if directive.name in seen and not found.repeatable:
                yield invalid(
                    subgraph,
                    f'Directive "@{directive.name}" can be used only once on "{coordinate}":'
                    " remove the others.",
                    directive.location,
                )
            seen.add(directive.name)
            yield from _check_application(subgraph, coordinate, place, directive, found)


def sites(subgraph: Subgraph) -> Iterator[_Site]:
    """Every element that directives are applied to, with its applications."""
    if subgraph.schema_directives:
        yield "schema", "SCHEMA", subgraph.schema_directives
    for definition in subgraph.types.values():
        name = definition.name
        if definition.directives:
            yield name, _PLACES[definition.kind], definition.directives
        for field in definition.fields.values():
            if field.directives:
                yield f"{name}.{field.name}", "FIELD_DEFINITION", field.directives
            for argument in field.arguments.values():
                if argument.directives:
                    at = f"{name}.{field.name}({argument.name}:)"
                    yield at, "ARGUMENT_DEFINITION", argument.directives
        for value in definition.inputs.values():
            if value.directives:
                yield f"{name}.{value.name}", "INPUT_FIELD_DEFINITION", value.directives
        for enum_value in definition.values.values():
            if enum_value.directives:
                yield f"{name}.{enum_value.name}", "ENUM_VALUE", enum_value.directives
    for directive in subgraph.directive_definitions.values():
        for argument in directive.arguments.values():
            if argument.directives:
                at = f"@{directive.name}({argument.name}:)"
                yield at, "ARGUMENT_DEFINITION", argument.directives


def _check_application(
    subgraph: Subgraph,
    coordinate: str,
    place: str,
    directive: Directive,
    definition: DirectiveDefinition,
) -> Iterator[CompositionError]:
    what = f'"@{directive.name}" on "{coordinate}"'
    if place not in definition.locations:
        yield invalid(
            subgraph,
            f"Directive {what} is not allowed there ({place}): it is only for"
            f" {', '.join(definition.locations)}.",
            directive.location,
        )
    for name, value in directive.arguments.items():
        argument = definition.arguments.get(name)
        if argument is None:
            yield invalid(
                subgraph,
                f'Directive {what} has no argument "{name}": remove it, or correct its name.',
                directive.location,
            )
        elif not fits_type(subgraph, argument.type, value):
            yield invalid(
                subgraph,
                f'Directive {what}: {to_text(value)} is not a value of "{argument.type}", the type'
                f' of argument "{name}". Correct it.',
                directive.location,
            )
    for name, argument in definition.arguments.items():
        if argument.required and name not in directive.arguments:
            yield invalid(
                subgraph,
                f'Directive {what} lacks its required argument "{name}" of type'
                f' "{argument.type}": give it.',
                directive.location,
            )
