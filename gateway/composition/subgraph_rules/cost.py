"""COST_APPLIED_TO_INTERFACE_FIELD: costs belong to what really runs, the implementations."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Kind, applied
from gateway.composition.subgraph_rules.view import View


def check(view: View) -> Iterator[CompositionError]:
    """@cost on fields of interfaces."""
    for definition in view.subgraph.types.values():
        if definition.kind is not Kind.INTERFACE:
            continue
        for field in definition.fields.values():
            for cost in applied(field.directives, "cost"):
                yield view.error(
                    "COST_APPLIED_TO_INTERFACE_FIELD",
                    f"@{cost.name} cannot be applied to the interface field"
                    f' "{definition.name}.{field.name}": put it on the implementing types\''
                    " fields.",
                    cost.location,
                )
