"""Hints about subgraphs side by side: what composes, but not the way a reader may expect.

Hints about single elements (types, defaults, descriptions, …) come from merging them.
"""

from collections.abc import Iterator

from gateway.composition.merge.graphs import Graphs, TypeSources
from gateway.composition.outcome import CompositionHint, in_subgraphs
from gateway.composition.subgraph.model import ROOT_NAMES, Kind, applied, has

_ROOTS = frozenset(ROOT_NAMES.values())


def subgraph_hints(graphs: Graphs) -> Iterator[CompositionHint]:
    """All of them, type by type."""
    for name, sources in graphs.types.items():
        kind = graphs.kinds[name]
        if kind is Kind.OBJECT and name not in _ROOTS:
            keyed = [graph.name for graph, d in sources if has(d, "key")]
            if keyed:
                yield from _inconsistent_entity(name, sources, keyed)
            else:
                yield from _missing_fields(name, sources, "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD")
        elif kind is Kind.INTERFACE and not any(has(d, "key") for _, d in sources):
            yield from _missing_fields(name, sources, "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD")
        elif kind is Kind.UNION:
            yield from _missing_members(name, sources)


def _inconsistent_entity(
    name: str, sources: TypeSources, keyed: list[str]
) -> Iterator[CompositionHint]:
    without = [(graph.name, d) for graph, d in sources if not applied(d.directives, "key")]
    if without:
        yield CompositionHint(
            "INCONSISTENT_ENTITY",
            f'Type "{name}" is an entity in {in_subgraphs(keyed)} but has no @key in'
            f" {in_subgraphs([other for other, _ in without])}: add one, unless it is never"
            " entered there.",
            tuple(definition.location for _, definition in without),
        )


def _missing_fields(name: str, sources: TypeSources, code: str) -> Iterator[CompositionHint]:
    """Fields of a type without key that only some subgraphs have."""
    if len(sources) < 2:
        return
    for field in dict.fromkeys(field for _, d in sources for field in d.fields):
        without = [graph.name for graph, d in sources if field not in d.fields]
        if without:
            given = [(graph.name, d.fields[field]) for graph, d in sources if field in d.fields]
            yield CompositionHint(
                code,
                f'Field "{name}.{field}" is defined in {in_subgraphs([n for n, _ in given])} but'
                f" not in {in_subgraphs(without)}: queries of it can only be answered where it"
                " is. Add it there.",
                tuple(one.location for _, one in given),
            )


def _missing_members(name: str, sources: TypeSources) -> Iterator[CompositionHint]:
    for member in dict.fromkeys(member for _, d in sources for member in d.members):
        without = [graph.name for graph, d in sources if member not in d.members]
        if without:
            yield CompositionHint(
                "INCONSISTENT_UNION_MEMBER",
                f'Union "{name}" lacks the member "{member}" in {in_subgraphs(without)}: the'
                " supergraph has it. Add it there.",
                tuple(definition.location for _, definition in sources),
            )
