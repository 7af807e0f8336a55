"""INVALID_FIELD_SHARING: a field that several subgraphs resolve is @shareable in all of them."""

from collections.abc import Iterator

from gateway.composition.merge.graphs import FieldSources, Graph, Graphs, Owner
from gateway.composition.merge.overrides import Overrides
from gateway.composition.outcome import CompositionError, Location, in_subgraphs
from gateway.composition.subgraph.model import Kind


def check_sharing(
    graphs: Graphs, owner: Owner, sources: FieldSources, overrides: Overrides
) -> Iterator[CompositionError]:
    """The error of one field of an object type, if any."""
    if owner.kind is not Kind.OBJECT:
        return
    name = sources[0][1].name
    coordinate = f"{owner.name}.{name}"
    resolving = list(_resolving(graphs, owner, sources, overrides))
    if owner.name == "Subscription" and len(resolving) > 1:
        yield CompositionError(
            "INVALID_FIELD_SHARING",
            f'Field "{coordinate}" of the subscription root is resolved from'
            f" {_names(resolving)}: only one subgraph may, even if it is marked @shareable."
            " Remove it from the others.",
            tuple(location for _, location, _ in resolving),
        )
        return
    alone = [graph for graph, _, shareable in resolving if not shareable]
    if len(resolving) < 2 or not alone:
        return
    everywhere = len(alone) == len(resolving)
    where = "all of them" if everywhere else in_subgraphs([graph.name for graph in alone])
    yield CompositionError(
        "INVALID_FIELD_SHARING",
        f'Non-shareable field "{coordinate}" is resolved from several subgraphs: it is resolved'
        f" from {_names(resolving)} and not marked @shareable in {where}. Mark it @shareable"
        " there, mark it @external, or move it with @override.",
        tuple(location for _, location, _ in resolving),
    )


_Resolver = tuple[Graph, Location, bool]  # who, where, and whether marked shareable


def _names(resolving: list[_Resolver]) -> str:
    return in_subgraphs([graph.name for graph, _, _ in resolving])


def _resolving(
    graphs: Graphs, owner: Owner, sources: FieldSources, overrides: Overrides
) -> Iterator[_Resolver]:
    """The subgraphs that resolve the field, by their own type or through an interface object."""
    name = sources[0][1].name
    here = {graph for graph, _ in sources}
    for graph, field in sources:
        if graph.resolves(owner.name, name) and not overrides.is_overridden(graph):
            yield graph, field.location, (owner.name, name) in graph.facts.shareable
    for interface in graphs.interfaces.get(owner.name, ()):
        for graph, definition in graphs.interface_objects.get(interface, ()):
            field_or_none = definition.fields.get(name)
            if field_or_none and graph not in here and graph.resolves(interface, name):
                shareable = (interface, name) in graph.facts.shareable
                yield graph, field_or_none.location, shareable
