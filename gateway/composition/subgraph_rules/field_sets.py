"""Faults of the field sets in @key, @requires and @provides: what each kind may select."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.field_sets import (
    FieldSelection,
    FieldSetSyntaxError,
    Fragment,
    Selection,
    parse_field_set,
)
from gateway.composition.subgraph.known import directive_definitions
from gateway.composition.subgraph.model import COMPOSITE, Directive, Field, Kind
from gateway.composition.subgraph.valid_values import fits_type
from gateway.composition.subgraph_rules.view import View
from gateway.composition.type_ref import base
from gateway.composition.values import from_ast, to_text


@dataclass(frozen=True, slots=True)
class Kinds:
    """What one directive's field sets may select."""

    prefix: str  # of its error codes
    arguments: bool  # whether fields may have arguments
    own_leaves: bool  # whether leaves may be resolved by this subgraph itself
    abstract: bool  # whether fields may be of interface or union type


KEY = Kinds("KEY", arguments=False, own_leaves=True, abstract=False)
REQUIRES = Kinds("REQUIRES", arguments=True, own_leaves=False, abstract=True)
PROVIDES = Kinds("PROVIDES", arguments=False, own_leaves=False, abstract=True)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a field set the walk is."""

    view: View
    kinds: Kinds
    directive: Directive
    where: str  # the coordinate that carries the directive
    parent: str
    below_external: bool = False

    def fault(self, suffix: str, message: str) -> CompositionError:
        """An error about the directive."""
        return self.view.error(
            f"{self.kinds.prefix}_{suffix}",
            f'On "{self.where}", for @{self.directive.name}(fields: '
            f"{to_text(self.directive.arguments.get('fields'))}): {message}",
            self.directive.location,
        )


def field_set_faults(spot: Spot) -> Iterator[CompositionError]:
    """Everything wrong with one directive's field set."""
    text = spot.directive.arguments.get("fields")
    if not isinstance(text, str):
        yield spot.fault("INVALID_FIELDS_TYPE", "the value must be a string of fields.")
        return
    try:
        selections = parse_field_set(text)
    except FieldSetSyntaxError as error:
        yield spot.fault("INVALID_FIELDS", f"{error}. Write field names separated by blanks.")
        return
    yield from _selections(spot, selections)


def _selections(spot: Spot, selections: Sequence[Selection]) -> Iterator[CompositionError]:
    for selection in selections:
        yield from _directives(spot, selection)
        if isinstance(selection, Fragment):
            yield from _fragment(spot, selection)
        else:
            yield from _field(spot, selection)


def _directives(spot: Spot, selection: Selection) -> Iterator[CompositionError]:
    known = directive_definitions(spot.view.subgraph)
    for name in selection.directives:
        if name in known:
            yield spot.fault(
                "DIRECTIVE_IN_FIELDS_ARG", f"directives have no effect there: remove @{name}."
            )
        else:
            yield spot.fault("INVALID_FIELDS", f"unknown directive @{name}: remove it.")


def _fragment(spot: Spot, fragment: Fragment) -> Iterator[CompositionError]:
    types = spot.view.subgraph.types
    name = fragment.on or spot.parent
    if name not in types or types[name].kind not in COMPOSITE:
        yield spot.fault(
            "INVALID_FIELDS",
            f'"... on {name}" is not on an object type, interface or union of this subgraph:'
            " define it, or correct the name.",
        )
    elif not _possible(spot.view, spot.parent) & _possible(spot.view, name):
        yield spot.fault(
            "INVALID_FIELDS",
            f'"... on {name}" can never apply to "{spot.parent}": remove it.',
        )
    else:
        yield from _selections(replace(spot, parent=name), fragment.selections)


def _possible(view: View, name: str) -> frozenset[str]:
    definition = view.subgraph.types[name]
    below = (*definition.members, *view.facts.implementations.get(name, ()))
    return frozenset((name, *below))


def _field(spot: Spot, selection: FieldSelection) -> Iterator[CompositionError]:
    if selection.name == "__typename":
        return
    parent = spot.view.subgraph.types[spot.parent]
    field = parent.fields.get(selection.name)
    if field is None:
        yield spot.fault(
            "INVALID_FIELDS",
            f'cannot query field "{selection.name}" on type "{spot.parent}": add the field to'
            f" this subgraph, with {spot.view.at('external')} if another one resolves it.",
        )
        return
    if selection.alias:
        yield spot.fault("INVALID_FIELDS", f'aliases are not allowed: remove "{selection.alias}:".')
    yield from _arguments(spot, field, selection)
    yield from _kind(spot, field, selection)
    yield from _external(spot, field, selection)


def _arguments(spot: Spot, field: Field, selection: FieldSelection) -> Iterator[CompositionError]:
    coordinate = f"{spot.parent}.{field.name}"
    if not spot.kinds.arguments:
        if field.arguments:
            yield spot.fault(
                "FIELDS_HAS_ARGS",
                f'field "{coordinate}" has arguments, which is not allowed here: select another.',
            )
        return
    given: Mapping[str, object] = dict(selection.arguments)
    for name, node in selection.arguments:
        argument = field.arguments.get(name)
        if argument is None:
            yield spot.fault("INVALID_FIELDS", f'"{coordinate}" has no argument "{name}".')
            continue
        try:
            value = from_ast(node)
        except ValueError:
            yield spot.fault("INVALID_FIELDS", f'argument "{name}" must be a constant.')
            continue
        if not fits_type(spot.view.subgraph, argument.type, value):
            yield spot.fault(
                "INVALID_FIELDS",
                f'{to_text(value)} is not a value of "{argument.type}", the type of'
                f' "{coordinate}({name}:)".',
            )
    for name, argument in field.arguments.items():
        if argument.required and name not in given:
            yield spot.fault(
                "INVALID_FIELDS", f'"{coordinate}" needs its argument "{name}": give it.'
            )


def _kind(spot: Spot, field: Field, selection: FieldSelection) -> Iterator[CompositionError]:
    """Leaves have no selections of their own, composite fields must have them."""
    definition = spot.view.subgraph.types.get(base(field.type))
    composite = definition is not None and definition.kind in COMPOSITE
    coordinate = f"{spot.parent}.{field.name}"
    if definition and not spot.kinds.abstract and definition.kind in (Kind.INTERFACE, Kind.UNION):
        yield spot.fault(
            "FIELDS_SELECT_INVALID_TYPE",
            f'field "{coordinate}" is of {definition.kind.value} type, which is not allowed here:'
            " select a field of object or scalar type.",
        )
    elif composite and not selection.selections:
        yield spot.fault(
            "INVALID_FIELDS",
            f'field "{coordinate}" of type "{field.type}" needs a selection of its fields, as in'
            f' "{field.name} {{ … }}".',
        )
    elif not composite and selection.selections is not None:
        yield spot.fault(
            "INVALID_FIELDS",
            f'field "{coordinate}" of type "{field.type}" has no fields to select: remove'
            " its braces.",
        )


def _external(spot: Spot, field: Field, selection: FieldSelection) -> Iterator[CompositionError]:
    external = (spot.parent, field.name) in spot.view.facts.external
    definition = spot.view.subgraph.types.get(base(field.type))
    if selection.selections:
        below = spot.below_external or external or _external_below(spot.view, spot.parent, field)
        if definition and definition.kind in COMPOSITE:
            deeper = replace(spot, parent=definition.name, below_external=below)
            yield from _selections(deeper, selection.selections)
        return
    composite = definition is not None and definition.kind in COMPOSITE
    if external or composite or spot.kinds.own_leaves or spot.below_external:
        return
    said = f'field "{spot.parent}.{field.name}" should not be selected, since this subgraph'
    if any(directive.core == "external" for directive in field.directives):
        reason = (
            " resolves it: for all its @external, it is a key field of an extension. Remove it"
            " from the selection."
        )
    else:
        reason = (
            f" resolves it: remove it from the selection, or mark it {spot.view.at('external')} if"
            " it does not."
        )
    yield spot.fault("FIELDS_MISSING_EXTERNAL", said + reason)


def _external_below(view: View, parent: str, field: Field) -> bool:
    """Whether the field of an interface is external in some implementation."""
    return any(
        (name, field.name) in view.facts.external
        for name in view.facts.implementations.get(parent, ())
    )
