"""REQUIRES_*: what @requires selects must come from elsewhere; interfaces cannot require."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Kind, applied
from gateway.composition.subgraph_rules.field_sets import REQUIRES, Spot, field_set_faults
from gateway.composition.subgraph_rules.view import View


def check(view: View) -> Iterator[CompositionError]:
    """Faults of every @requires."""
    for definition in view.subgraph.types.values():
        for field in definition.fields.values():
            for requires in applied(field.directives, "requires"):
                coordinate = f"{definition.name}.{field.name}"
                if definition.kind is Kind.INTERFACE:
                    yield view.error(
                        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
                        f'Cannot use @{requires.name} on "{coordinate}": it is not supported on'
                        " fields of interfaces. Put it on the implementing types' fields.",
                        requires.location,
                    )
                spot = Spot(view, REQUIRES, requires, coordinate, definition.name)
                yield from field_set_faults(spot)
