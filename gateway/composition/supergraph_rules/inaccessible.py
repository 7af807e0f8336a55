"""@inaccessible must leave a sound API schema: every code that says why it does not."""

from collections.abc import Iterator, Mapping

from gateway.composition.merge.executable import EXECUTABLE
from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import (
    Field,
    InputValue,
    Kind,
    Missing,
    TypeDefinition,
    has,
)
from gateway.composition.supergraph_rules.view import SupergraphView
from gateway.composition.type_ref import base, is_list, item, nullable
from gateway.composition.values import EnumLiteral, Value

_Types = Mapping[str, TypeDefinition]


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """All faults, type by type."""
    types = view.merged.types
    for definition in types.values():
        if _hidden(definition):
            if definition.name == "Query":
                yield view.error(
                    "QUERY_ROOT_TYPE_INACCESSIBLE",
                    'Type "Query" is @inaccessible but is the root of all queries: remove it.',
                    definition.location,
                )
        else:
            yield from _check_children(view, definition)
            yield from _check_fields(view, types, definition)
            yield from _check_inputs(view, types, definition.name, definition.inputs)
    yield from _check_directives(view, types)


def _hidden(element: TypeDefinition | Field | InputValue) -> bool:
    return bool(element.directives) and has(element, "inaccessible")


def _check_children(view: SupergraphView, definition: TypeDefinition) -> Iterator[CompositionError]:
    types = view.merged.types
    children = {
        Kind.OBJECT: ("fields", [_hidden(f) for f in definition.fields.values()]),
        Kind.INTERFACE: ("fields", [_hidden(f) for f in definition.fields.values()]),
        Kind.INPUT: ("fields", [_hidden(f) for f in definition.inputs.values()]),
        Kind.ENUM: ("values", [has(v, "inaccessible") for v in definition.values.values()]),
        Kind.UNION: ("members", [_hidden(types[m]) for m in definition.members if m in types]),
    }.get(definition.kind)
    if children and children[1] and all(children[1]):
        yield view.error(
            "ONLY_INACCESSIBLE_CHILDREN",
            f'Type "{definition.name}" is in the API schema but all of its {children[0]} are'
            " @inaccessible: mark the type @inaccessible too, or show one of them.",
            definition.location,
        )


def _check_fields(
    view: SupergraphView, types: _Types, definition: TypeDefinition
) -> Iterator[CompositionError]:
    above = [types[n] for n in definition.interfaces if n in types and not _hidden(types[n])]
    for field in definition.fields.values():
        promised = [
            (interface.name, interface.fields[field.name])
            for interface in above
            if field.name in interface.fields and not _hidden(interface.fields[field.name])
        ]
        coordinate = f"{definition.name}.{field.name}"
        if _hidden(field):
            for name, _ in promised:
                yield view.error(
                    "IMPLEMENTED_BY_INACCESSIBLE",
                    f'Field "{coordinate}" is @inaccessible but implements the interface field'
                    f' "{name}.{field.name}", which is in the API schema: hide both or none.',
                    field.location,
                )
            continue
        yield from _check_reference(view, types, coordinate, field.type, field)
        yield from _check_arguments(view, types, coordinate, field, promised)


def _check_reference(
    view: SupergraphView,
    types: _Types,
    coordinate: str,
    type_ref: str,
    element: Field | InputValue,
) -> Iterator[CompositionError]:
    target = types.get(base(type_ref))
    if target and _hidden(target):
        yield view.error(
            "REFERENCED_INACCESSIBLE",
            f'Type "{target.name}" is @inaccessible but "{coordinate}" of that type is in the API'
            " schema: mark it @inaccessible too.",
            element.location,
            target.location,
        )


def _check_arguments(
    view: SupergraphView,
    types: _Types,
    coordinate: str,
    field: Field,
    promised: list[tuple[str, Field]],
) -> Iterator[CompositionError]:
    for argument in field.arguments.values():
        at = f"{coordinate}({argument.name}:)"
        if not _hidden(argument):
            yield from _check_visible_input(view, types, at, argument)
            continue
        if argument.required:
            yield view.error(
                "REQUIRED_INACCESSIBLE",
                f'Argument "{at}" is @inaccessible but required, so nobody could ask for the'
                " field: give it a default, or make it nullable.",
                argument.location,
            )
        for name, above in promised:
            shown = above.arguments.get(argument.name)
            if shown and not _hidden(shown):
                yield view.error(
                    "IMPLEMENTED_BY_INACCESSIBLE",
                    f'Argument "{at}" is @inaccessible but implements the interface argument'
                    f' "{name}.{field.name}({argument.name}:)", which is in the API schema: hide'
                    " both or none.",
                    argument.location,
                )


def _check_inputs(
    view: SupergraphView, types: _Types, owner: str, inputs: Mapping[str, InputValue]
) -> Iterator[CompositionError]:
    for value in inputs.values():
        at = f"{owner}.{value.name}"
        if not _hidden(value):
            yield from _check_visible_input(view, types, at, value)
        elif value.required:
            yield view.error(
                "REQUIRED_INACCESSIBLE",
                f'Input field "{at}" is @inaccessible but required, so nobody could give the'
                " input: give it a default, or make it nullable.",
                value.location,
            )


def _check_visible_input(
    view: SupergraphView, types: _Types, at: str, value: InputValue
) -> Iterator[CompositionError]:
    yield from _check_reference(view, types, at, value.type, value)
    if isinstance(value.default, Missing):
        return
    for hidden in _hidden_parts(types, value.type, value.default):
        yield view.error(
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            f'"{hidden}" is @inaccessible but is used in the default of "{at}", which is in the'
            " API schema: use another default.",
            value.location,
        )


def _hidden_parts(types: _Types, type_ref: str, value: Value) -> Iterator[str]:
    """Coordinates of inaccessible enum values and input fields in a value."""
    plain = nullable(type_ref)
    if is_list(plain):
        for one in value if isinstance(value, tuple) else (value,):
            yield from _hidden_parts(types, item(plain), one)
        return
    definition = types.get(plain)
    if definition is None:
        return
    if isinstance(value, EnumLiteral):
        found = definition.values.get(value.name)
        if found and has(found, "inaccessible"):
            yield f"{plain}.{value.name}"
    elif isinstance(value, Mapping):
        for name, one in value.items():
            field = definition.inputs.get(name)
            if field and _hidden(field):
                yield f"{plain}.{name}"
            elif field:
                yield from _hidden_parts(types, field.type, one)


def _check_directives(view: SupergraphView, types: _Types) -> Iterator[CompositionError]:
    """Arguments of directives that clients may use."""
    for definition in view.merged.directive_definitions.values():
        if not EXECUTABLE & set(definition.locations):
            continue
        for argument in definition.arguments.values():
            at = f"@{definition.name}({argument.name}:)"
            if not _hidden(argument):
                yield from _check_visible_input(view, types, at, argument)
            elif argument.required:
                yield view.error(
                    "REQUIRED_INACCESSIBLE",
                    f'Argument "{at}" is @inaccessible but required, so nobody could use the'
                    " directive: give it a default, or make it nullable.",
                    argument.location,
                )
