"""Federation 1 subgraphs brought to federation 2, so that one set of rules serves both."""

from collections.abc import Iterator, Sequence

from gateway.composition.outcome import CompositionError, Location, in_subgraphs
from gateway.composition.subgraph.model import Kind, Subgraph, has
from gateway.composition.subgraph.upgrade_passes import PASSES, Others, is_extension, is_root
from gateway.composition.type_ref import base


def is_federation_1(subgraph: Subgraph) -> bool:
    """Whether the SDL links no federation 2."""
    return subgraph.version[0] == 1


def upgrade_all(
    subgraphs: Sequence[Subgraph],
) -> tuple[list[Subgraph], list[CompositionError]]:
    """All subgraphs as federation 2, and what forbids that."""
    errors = list(_interface_object_errors(subgraphs))
    result: list[Subgraph] = []
    for subgraph in subgraphs:
        if not is_federation_1(subgraph):
            result.append(subgraph)
            continue
        others = [other for other in subgraphs if other is not subgraph]
        orphans = list(_orphans(subgraph, others))
        errors.extend(orphans)
        if not orphans:
            upgraded = upgrade(subgraph, others)
            errors.extend(_emptied(subgraph, upgraded))
            result.append(upgraded)
    return result, errors


def upgrade(subgraph: Subgraph, others: Others) -> Subgraph:
    """The subgraph after all passes; `others` are as their owners wrote them."""
    for one in PASSES:
        subgraph = one(subgraph, others)
    return subgraph


def _interface_object_errors(subgraphs: Sequence[Subgraph]) -> Iterator[CompositionError]:
    old = [subgraph.name for subgraph in subgraphs if is_federation_1(subgraph)]
    users = [
        subgraph.name
        for subgraph in subgraphs
        if any(has(definition, "interfaceObject") for definition in subgraph.types.values())
    ]
    if old and users:
        yield CompositionError(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f"@interfaceObject is used in {in_subgraphs(users)}, which needs every subgraph to be"
            f" federation 2, but {in_subgraphs(old)} is not: link"
            ' "https://specs.apollo.dev/federation/v2.3" or newer there.',
            tuple(Location(name, 1, 1) for name in old),
        )


def _orphans(subgraph: Subgraph, others: Others) -> Iterator[CompositionError]:
    for definition in subgraph.types.values():
        if not is_extension(definition) or is_root(subgraph, definition):
            continue
        if not any(o.types[definition.name].defined for o in others if definition.name in o.types):
            yield CompositionError(
                "EXTENSION_WITH_NO_BASE",
                f'[{subgraph.name}] Type "{definition.name}" is an extension, but no other'
                " subgraph defines the type: remove the `extend` or @extends, or define it.",
                (definition.location,),
            )


def _emptied(before: Subgraph, after: Subgraph) -> Iterator[CompositionError]:
    """Types whose every field was @external and unused, and which are still referred to."""
    referred = {
        base(field.type)
        for definition in after.types.values()
        for field in definition.fields.values()
    }
    for definition in after.types.values():
        had = before.types[definition.name].fields
        emptied = definition.kind is Kind.OBJECT and had and not definition.fields
        if emptied and definition.name in referred:
            yield CompositionError(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                f'[{after.name}] Type "{definition.name}" has only @external fields, and no'
                " @key, @provides or @requires uses any of them: use one, or remove the type.",
                (definition.location,),
            )
