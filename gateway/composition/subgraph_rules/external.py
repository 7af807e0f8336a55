"""EXTERNAL_*: @external is for object types' fields, and only for those that something uses."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Kind, applied
from gateway.composition.subgraph_rules.view import View


def check(view: View) -> Iterator[CompositionError]:
    """External fields of interfaces, and external fields without use."""
    for definition in view.subgraph.types.values():
        for field in definition.fields.values():
            coordinate = f"{definition.name}.{field.name}"
            marks = applied(field.directives, "external")
            if definition.kind is Kind.INTERFACE and marks:
                yield view.error(
                    "EXTERNAL_ON_INTERFACE",
                    f'Field "{coordinate}" of an interface is marked @{marks[0].name}, which is'
                    " not allowed on interfaces: remove it.",
                    field.location,
                )
            at = (definition.name, field.name)
            if at in view.facts.external and at not in view.facts.used:
                yield view.error(
                    "EXTERNAL_UNUSED",
                    f'Field "{coordinate}" is marked {view.at("external")} but no @key, @requires,'
                    " @provides or interface uses it: remove the field, or the directive if this"
                    " subgraph resolves the field.",
                    field.location,
                )
