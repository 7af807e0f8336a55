"""INVALID_SHAREABLE_USAGE: @shareable is for object types, once per definition."""

from collections import Counter
from collections.abc import Iterator, Sequence

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Directive, Kind, applied
from gateway.composition.subgraph_rules.view import View


def check(view: View) -> Iterator[CompositionError]:
    """@shareable on interfaces' fields, and repeated ones."""
    for definition in view.subgraph.types.values():
        if definition.kind is Kind.OBJECT:
            yield from _repeated(view, definition.name, definition.directives)
        for field in definition.fields.values():
            coordinate = f"{definition.name}.{field.name}"
            marks = applied(field.directives, "shareable")
            if marks and definition.kind is Kind.INTERFACE:
                yield view.error(
                    "INVALID_SHAREABLE_USAGE",
                    f'Invalid use of @{marks[0].name} on "{coordinate}": only fields of object'
                    " types can be shared. Put it on the implementing types' fields.",
                    marks[0].location,
                )
            else:
                yield from _repeated(view, coordinate, field.directives)


def _repeated(
    view: View, coordinate: str, directives: Sequence[Directive]
) -> Iterator[CompositionError]:
    """The same block may carry it once; extensions may repeat it for their own fields."""
    marks = applied(directives, "shareable")
    blocks = Counter(mark.of_extension for mark in marks)
    if blocks[False] > 1:
        yield view.error(
            "INVALID_SHAREABLE_USAGE",
            f'Invalid duplicate of @{marks[0].name} on "{coordinate}": once is enough.',
            *(mark.location for mark in marks),
        )
