"""PROVIDES_*: @provides needs a field of composite type, and selects what is external below it."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import COMPOSITE, Kind, applied
from gateway.composition.subgraph_rules.field_sets import PROVIDES, Spot, field_set_faults
from gateway.composition.subgraph_rules.view import View
from gateway.composition.type_ref import base


def check(view: View) -> Iterator[CompositionError]:
    """Faults of every @provides."""
    for definition in view.subgraph.types.values():
        for field in definition.fields.values():
            for provides in applied(field.directives, "provides"):
                coordinate = f"{definition.name}.{field.name}"
                if definition.kind is Kind.INTERFACE:
                    yield view.error(
                        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
                        f'Cannot use @{provides.name} on "{coordinate}": it is not supported on'
                        " fields of interfaces. Put it on the implementing types' fields.",
                        provides.location,
                    )
                if (definition.name, field.name) in view.facts.external:
                    yield view.error(
                        "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
                        f"Cannot have both @{provides.name} and {view.at('external')} on"
                        f' "{coordinate}": remove one of them.',
                        provides.location,
                    )
                    continue
                target = view.subgraph.types.get(base(field.type))
                if target is None or target.kind not in COMPOSITE:
                    yield view.error(
                        "PROVIDES_ON_NON_OBJECT_FIELD",
                        f'Invalid @{provides.name} on "{coordinate}": its type "{field.type}" has'
                        " no fields to provide. Remove it.",
                        provides.location,
                    )
                    continue
                spot = Spot(view, PROVIDES, provides, coordinate, target.name)
                yield from field_set_faults(spot)
