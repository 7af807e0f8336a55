"""KEY_*: what @key selects must be plain fields of the type, and older versions bar interfaces."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Kind, applied
from gateway.composition.subgraph_rules.field_sets import KEY, Spot, field_set_faults
from gateway.composition.subgraph_rules.view import View

INTERFACE_KEYS_SINCE = (2, 3)


def check(view: View) -> Iterator[CompositionError]:
    """Faults of every @key."""
    version = view.subgraph.version
    for definition in view.subgraph.types.values():
        for key in applied(definition.directives, "key"):
            old = version[0] == 2 and version < INTERFACE_KEYS_SINCE
            if definition.kind is Kind.INTERFACE and old:
                yield view.error(
                    "KEY_UNSUPPORTED_ON_INTERFACE",
                    f'Cannot use @{key.name} on interface "{definition.name}" with federation'
                    f" v{version[0]}.{version[1]}: remove it, or link v2.3 or newer.",
                    key.location,
                )
            spot = Spot(view, KEY, key, definition.name, definition.name)
            yield from field_set_faults(spot)
