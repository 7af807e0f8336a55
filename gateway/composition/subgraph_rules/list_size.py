"""LIST_SIZE_*: @listSize is for lists, or for objects with lists named in `sizedFields`."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Directive, Field, Kind, applied
from gateway.composition.subgraph_rules.view import View
from gateway.composition.type_ref import base, is_list, nullable
from gateway.composition.values import Value


@dataclass(frozen=True, slots=True)
class _Site:
    view: View
    coordinate: str
    field: Field
    directive: Directive

    def fault(self, code: str, message: str) -> CompositionError:
        return self.view.error(
            code,
            f'@{self.directive.name} on "{self.coordinate}": {message}',
            self.directive.location,
        )


def check(view: View) -> Iterator[CompositionError]:
    """Faults of every @listSize."""
    for definition in view.subgraph.types.values():
        for field in definition.fields.values():
            for directive in applied(field.directives, "listSize"):
                site = _Site(view, f"{definition.name}.{field.name}", field, directive)
                yield from _check_target(site)
                yield from _check_assumed_size(site)
                yield from _check_slicing(site)
                yield from _check_sized_fields(site)


def _names(value: Value) -> list[str]:
    given = value if isinstance(value, tuple) else (value,)
    return [name for name in given if isinstance(name, str)]


def _check_target(site: _Site) -> Iterator[CompositionError]:
    sized = _names(site.directive.arguments.get("sizedFields"))
    if not sized and not is_list(site.field.type):
        yield site.fault(
            "LIST_SIZE_APPLIED_TO_NON_LIST",
            f'its type "{site.field.type}" is not a list. Name its list fields in sizedFields, or'
            " remove the directive.",
        )


def _check_assumed_size(site: _Site) -> Iterator[CompositionError]:
    size = site.directive.arguments.get("assumedSize")
    if isinstance(size, int) and size < 0:
        yield site.fault(
            "LIST_SIZE_INVALID_ASSUMED_SIZE", f"assumedSize is {size}; it must not be negative."
        )


def _check_slicing(site: _Site) -> Iterator[CompositionError]:
    for name in _names(site.directive.arguments.get("slicingArguments")):
        argument = site.field.arguments.get(name)
        if argument is None:
            yield site.fault(
                "LIST_SIZE_INVALID_SLICING_ARGUMENT",
                f'slicingArguments names "{name}", which is not an argument of the field.',
            )
        elif nullable(argument.type) != "Int":
            yield site.fault(
                "LIST_SIZE_INVALID_SLICING_ARGUMENT",
                f'slicing argument "{name}" has type "{argument.type}"; it must be Int or Int!.',
            )


def _check_sized_fields(site: _Site) -> Iterator[CompositionError]:
    target = site.view.subgraph.types.get(base(site.field.type))
    for name in _names(site.directive.arguments.get("sizedFields")):
        if target is None or target.kind not in (Kind.OBJECT, Kind.INTERFACE):
            yield site.fault(
                "LIST_SIZE_INVALID_SIZED_FIELD",
                f'sizedFields cannot be used, since "{site.field.type}" has no fields.',
            )
            return
        found = target.fields.get(name)
        if found is None:
            yield site.fault(
                "LIST_SIZE_INVALID_SIZED_FIELD",
                f'sizedFields names "{name}", which is not a field of "{target.name}".',
            )
        elif not is_list(found.type):
            yield site.fault(
                "LIST_SIZE_APPLIED_TO_NON_LIST",
                f'sized field "{target.name}.{name}" has type "{found.type}", which is not a list.',
            )
