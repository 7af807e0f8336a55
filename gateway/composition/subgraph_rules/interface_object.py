"""INTERFACE_OBJECT_USAGE_ERROR: an interface object is reached by key, so it needs one."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import has, is_interface_object
from gateway.composition.subgraph_rules.view import View


def check(view: View) -> Iterator[CompositionError]:
    """Interface objects without a key."""
    for definition in view.subgraph.types.values():
        if is_interface_object(definition) and not has(definition, "key"):
            yield view.error(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f"{view.at('interfaceObject')} can only be on entities, but type"
                f' "{definition.name}" has no {view.at("key")} in this subgraph: add one.',
                definition.location,
            )
