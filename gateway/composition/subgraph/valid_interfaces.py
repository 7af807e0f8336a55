"""Implementations of interfaces as GraphQL wants them."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Field, Kind, Subgraph, TypeDefinition
from gateway.composition.subgraph.valid_types import invalid
from gateway.composition.type_ref import is_list, is_required, item, nullable


def check_interfaces(subgraph: Subgraph) -> Iterator[CompositionError]:
    """Every type that does not keep an interface's promise."""
    for definition in subgraph.types.values():
        for name in definition.interfaces:
            interface = subgraph.types.get(name)
            if interface is None or interface.kind is not Kind.INTERFACE:
                yield invalid(
                    subgraph,
                    f'Type "{definition.name}" implements "{name}", which is not an interface of'
                    " the schema: define it as one, or remove it.",
                    definition.location,
                )
            elif name == definition.name:
                yield invalid(
                    subgraph,
                    f'Interface "{name}" cannot implement itself: remove it.',
                    definition.location,
                )
            else:
                yield from _check_implementation(subgraph, definition, interface)


def _check_implementation(
    subgraph: Subgraph, definition: TypeDefinition, interface: TypeDefinition
) -> Iterator[CompositionError]:
    for above in interface.interfaces:
        if above not in definition.interfaces and above != definition.name:
            yield invalid(
                subgraph,
                f'Type "{definition.name}" must implement "{above}" too, since "{interface.name}"'
                " does: add it.",
                definition.location,
            )
    for field in interface.fields.values():
        own = definition.fields.get(field.name)
        if own is None:
            yield invalid(
                subgraph,
                f'Type "{definition.name}" lacks the field "{field.name}: {field.type}" of'
                f' interface "{interface.name}": add it.',
                definition.location,
                field.location,
            )
        else:
            yield from _check_field(subgraph, definition.name, own, interface.name, field)


def _check_field(
    subgraph: Subgraph, owner: str, own: Field, interface: str, field: Field
) -> Iterator[CompositionError]:
    if not is_output_subtype(subgraph, field.type, own.type):
        yield invalid(
            subgraph,
            f'"{owner}.{own.name}" has type "{own.type}" but "{interface}.{field.name}" has'
            f' "{field.type}": an implementation\'s type must be that or narrower.',
            own.location,
            field.location,
        )
    for name, argument in field.arguments.items():
        given = own.arguments.get(name)
        if given is None:
            yield invalid(
                subgraph,
                f'"{owner}.{own.name}" lacks the argument "{name}: {argument.type}" of'
                f' "{interface}.{field.name}": add it.',
                own.location,
                argument.location,
            )
        elif given.type != argument.type:
            yield invalid(
                subgraph,
                f'"{owner}.{own.name}({name}:)" has type "{given.type}" but'
                f' "{interface}.{field.name}({name}:)" has "{argument.type}": make them the same.',
                given.location,
                argument.location,
            )
    for name, argument in own.arguments.items():
        if name not in field.arguments and argument.required:
            yield invalid(
                subgraph,
                f'"{owner}.{own.name}({name}:)" is required but "{interface}.{field.name}" does'
                " not have it: make it optional.",
                argument.location,
                field.location,
            )


def is_output_subtype(subgraph: Subgraph, wide: str, narrow: str) -> bool:
    """Whether a field may have type `narrow` where its interface says `wide`."""
    if wide == narrow:
        return True
    if is_required(narrow):
        return is_output_subtype(subgraph, nullable(wide), nullable(narrow))
    if is_required(wide):
        return False
    if is_list(wide) and is_list(narrow):
        return is_output_subtype(subgraph, item(wide), item(narrow))
    above, below = subgraph.types.get(wide), subgraph.types.get(narrow)
    if above is None or below is None:
        return False
    return narrow in above.members or wide in below.interfaces
