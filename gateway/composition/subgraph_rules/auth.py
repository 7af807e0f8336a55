"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: interfaces get requirements from implementations only."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Kind, is_interface_object
from gateway.composition.subgraph_rules.view import View

_AUTH = frozenset({"authenticated", "requiresScopes", "policy"})


def check(view: View) -> Iterator[CompositionError]:
    """Requirements on interfaces, on their fields, and on interface objects as a whole."""
    for definition in view.subgraph.types.values():
        interface = definition.kind is Kind.INTERFACE
        if not interface and not is_interface_object(definition):
            continue
        sites = [(definition.name, definition.directives)]
        if interface:
            sites.extend(
                (f"{definition.name}.{field.name}", field.directives)
                for field in definition.fields.values()
            )
        for coordinate, directives in sites:
            for directive in directives:
                if directive.core in _AUTH:
                    yield view.error(
                        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                        f'Access control @{directive.name} cannot be on "{coordinate}": it is not'
                        " supported on interfaces, which take over what their implementations"
                        " require. Put it on the implementing types or their fields.",
                        directive.location,
                    )
