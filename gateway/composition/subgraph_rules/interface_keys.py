"""INTERFACE_KEY_NOT_ON_IMPLEMENTATION: a key of an interface is one of each implementation."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError, quoted
from gateway.composition.subgraph.field_sets import (
    FieldSelection,
    Fragment,
    Selection,
    try_field_set,
)
from gateway.composition.subgraph.model import Directive, Kind, applied
from gateway.composition.subgraph_rules.view import View


def check(view: View) -> Iterator[CompositionError]:
    """Implementations that lack an interface's key, or have it not resolvable."""
    types = view.subgraph.types
    for definition in types.values():
        if definition.kind is not Kind.INTERFACE:
            continue
        for key in applied(definition.directives, "key"):
            lacking: list[str] = []
            unresolvable: list[str] = []
            for name in view.facts.implementations.get(definition.name, ()):
                matching = [k for k in applied(types[name].directives, "key") if _same(k, key)]
                if not matching:
                    lacking.append(name)
                elif _resolvable(key) and not any(map(_resolvable, matching)):
                    unresolvable.append(name)
            text = f'@{key.name}(fields: "{key.arguments.get("fields")}")'
            if lacking or unresolvable:
                reasons = [f"it is missing on {quoted(lacking)}"] if lacking else []
                if unresolvable:
                    reasons.append(f"it is not resolvable on {quoted(unresolvable)}")
                yield view.error(
                    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                    f'Key {text} on interface "{definition.name}" must be on all its'
                    f" implementations, but {' and '.join(reasons)}: add it there.",
                    key.location,
                    *(types[name].location for name in (*lacking, *unresolvable)),
                )


def _resolvable(key: Directive) -> bool:
    return key.arguments.get("resolvable") is not False


def _same(left: Directive, right: Directive) -> bool:
    """Whether two keys select the same fields, in whatever order."""
    return _shape(try_field_set(left.arguments.get("fields"))) == _shape(
        try_field_set(right.arguments.get("fields"))
    )


def _shape(selections: tuple[Selection, ...] | None) -> frozenset[object]:
    def one(selection: Selection) -> object:
        if isinstance(selection, Fragment):
            return ("...", selection.on, _shape(selection.selections))
        assert isinstance(selection, FieldSelection)
        return (selection.name, _shape(selection.selections))

    return frozenset(one(selection) for selection in selections or ())
