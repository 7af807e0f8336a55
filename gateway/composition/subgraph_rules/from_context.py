"""CONTEXT_*: an argument with @fromContext reads one value from a context that is set above it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.composition.merge.join_field import split_context
from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.field_sets import (
    FieldSelection,
    FieldSetSyntaxError,
    Fragment,
    Selection,
    parse_field_set,
)
from gateway.composition.subgraph.model import (
    Directive,
    Field,
    InputValue,
    Kind,
    Missing,
    TypeDefinition,
    applied,
)
from gateway.composition.subgraph.valid_interfaces import is_output_subtype
from gateway.composition.subgraph_rules.view import View
from gateway.composition.type_ref import base, is_list, is_required, nullable


@dataclass(frozen=True, slots=True)
class _Site:
    """One argument that is filled from a context."""

    view: View
    owner: TypeDefinition
    field: Field
    argument: InputValue
    directive: Directive

    def fault(self, code: str, message: str) -> CompositionError:
        coordinate = f"{self.owner.name}.{self.field.name}({self.argument.name}:)"
        return self.view.error(
            code, f'@{self.directive.name} on "{coordinate}": {message}', self.directive.location
        )


def check(view: View) -> Iterator[CompositionError]:
    """Faults of every @fromContext."""
    for owner in view.subgraph.types.values():
        for field in owner.fields.values():
            for argument in field.arguments.values():
                for directive in applied(argument.directives, "fromContext"):
                    site = _Site(view, owner, field, argument, directive)
                    faults = list(_placement(site))
                    yield from faults or _reading(site)
    for definition in view.subgraph.directive_definitions.values():
        for argument in definition.arguments.values():
            for directive in applied(argument.directives, "fromContext"):
                yield view.error(
                    "CONTEXT_NOT_SET",
                    f"@{directive.name} cannot be on an argument of directive"
                    f' "@{definition.name}": remove it.',
                    directive.location,
                )


def _placement(site: _Site) -> Iterator[CompositionError]:
    types = site.view.subgraph.types
    if site.owner.kind is not Kind.OBJECT:
        yield site.fault(
            "CONTEXT_NOT_SET",
            "it cannot be on a field of an abstract type: put it on the implementing types.",
        )
        return
    for name in site.owner.interfaces:
        if name in types and site.field.name in types[name].fields:
            yield site.fault(
                "CONTEXT_NOT_SET",
                f'it cannot be on a field that implements "{name}.{site.field.name}": remove one'
                " of them.",
            )
    if not isinstance(site.argument.default, Missing):
        yield site.fault("CONTEXT_NOT_SET", "the argument cannot have a default: remove it.")
    keys = applied(site.owner.directives, "key")
    if not any(key.arguments.get("resolvable") is not False for key in keys):
        yield site.fault(
            "CONTEXT_NO_RESOLVABLE_KEY",
            f'type "{site.owner.name}" has no resolvable key, which passing the value needs: add'
            " one.",
        )


def _reading(site: _Site) -> Iterator[CompositionError]:
    text = site.directive.arguments.get("field")
    if not isinstance(text, str) or not text.strip().startswith("$"):
        yield site.fault(
            "NO_CONTEXT_IN_SELECTION",
            f'"{text}" names no context: write "$context {{ field }}".',
        )
        return
    name, selection = split_context(text.strip())
    setters = [
        definition
        for definition in site.view.subgraph.types.values()
        if any(c.arguments.get("name") == name for c in applied(definition.directives, "context"))
    ]
    if not setters:
        yield site.fault(
            "CONTEXT_NOT_SET",
            f'context "{name}" is never set: put @context(name: "{name}") on a type above.',
        )
        return
    if not selection:
        yield site.fault("CONTEXT_INVALID_SELECTION", f'nothing is selected from "{name}".')
        return
    try:
        selections = parse_field_set(selection)
    except FieldSetSyntaxError as error:
        yield site.fault("CONTEXT_INVALID_SELECTION", f"invalid selection: {error}.")
        return
    for setter in setters:
        yield from _selection(site, setter, selections)


def _selection(
    site: _Site, setter: TypeDefinition, selections: Sequence[Selection]
) -> Iterator[CompositionError]:
    """Faults of the selection on a type that sets the context, or on each member of a union."""
    for member in setter.members or (setter.name,):
        owner = site.view.subgraph.types[member]
        try:
            chosen = _on_type(owner, selections)
            result = _leaf_type(site, owner, chosen) if chosen else None
        except _Unusable as problem:
            yield site.fault("CONTEXT_INVALID_SELECTION", f'on "{member}", {problem}')
            continue
        if result and not is_output_subtype(site.view.subgraph, site.argument.type, result):
            yield site.fault(
                "CONTEXT_INVALID_SELECTION",
                f'the type "{site.argument.type}" of the argument does not take "{result}", which'
                f' is selected on "{member}": make them fit.',
            )


class _Unusable(ValueError):
    """A selection that does not lead to one value."""


def _on_type(owner: TypeDefinition, selections: Sequence[Selection]) -> Sequence[Selection]:
    """The part of a selection that holds for a type; empty when its fragments pass it by."""
    fragments = [selection for selection in selections if isinstance(selection, Fragment)]
    if not fragments:
        return selections
    if len(fragments) != len(selections):
        raise _Unusable("fields and fragments are mixed: select either.")
    names = (None, owner.name, *owner.interfaces)
    return next((f.selections for f in fragments if f.on in names), ())


def _leaf_type(site: _Site, owner: TypeDefinition, selections: Sequence[Selection]) -> str:
    """The type of the one leaf selected. Raises _Unusable."""
    if len(selections) != 1 or not isinstance(selections[0], FieldSelection):
        raise _Unusable("exactly one field must be selected.")
    selection = selections[0]
    if selection.alias or selection.directives:
        raise _Unusable("aliases and directives are not allowed.")
    field = owner.fields.get(selection.name)
    if field is None:
        raise _Unusable(f'there is no field "{selection.name}".')
    target = site.view.subgraph.types.get(base(field.type))
    composite = target is not None and bool(target.fields)
    if composite is not bool(selection.selections):
        raise _Unusable(f'field "{selection.name}" must lead to a scalar or enum.')
    if target is None or not selection.selections:
        return field.type
    inner = _leaf_type(site, target, selection.selections)
    if is_list(field.type):
        return field.type.replace(target.name, nullable(inner))
    return inner if is_required(field.type) else nullable(inner)
