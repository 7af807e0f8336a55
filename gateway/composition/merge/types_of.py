"""Merging type references and default values of one element over its sources."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.composition.merge.graphs import Graph, Graphs
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.model import MISSING, Missing
from gateway.composition.type_ref import is_list, is_required, item, nullable
from gateway.composition.values import Value, same_value


@dataclass(frozen=True, slots=True)
class MergedType:
    """The supergraph's type of an element; None in `type` when the sources are incompatible."""

    type: str | None
    all_equal: bool


def is_subtype(graphs: Graphs, wide: str, narrow: str) -> bool:
    """Whether every value of `narrow` is one of `wide`; a type is a subtype of itself."""
    if wide == narrow:
        return True
    if is_required(narrow):
        return is_subtype(graphs, nullable(wide), nullable(narrow))
    if is_required(wide):
        return False
    if is_list(wide) and is_list(narrow):
        return is_subtype(graphs, item(wide), item(narrow))
    return narrow in graphs.subtypes.get(wide, ())


def merge_type(graphs: Graphs, types: Sequence[str], *, is_input: bool) -> MergedType:
    """The widest output type or the narrowest input type of all sources."""
    merged = types[0]
    for candidate in types[1:]:
        if is_subtype(graphs, merged, candidate):
            narrower, wider = candidate, merged
        elif is_subtype(graphs, candidate, merged):
            narrower, wider = merged, candidate
        else:
            return MergedType(None, False)
        merged = narrower if is_input else wider
    return MergedType(merged, all(type_ref == merged for type_ref in types))


@dataclass(frozen=True, slots=True)
class MergedDefault:
    """The supergraph's default: one that all sources have."""

    value: Value | Missing
    missing_somewhere: bool
    incompatible: bool


def merge_default(defaults: Sequence[Value | Missing]) -> MergedDefault:
    """The default that all sources agree on; two different ones are incompatible."""
    given = [value for value in defaults if not isinstance(value, Missing)]
    if not given:
        return MergedDefault(MISSING, False, False)
    incompatible = any(not same_value(given[0], value) for value in given[1:])
    missing = len(given) < len(defaults)
    return MergedDefault(MISSING if missing else given[0], missing, incompatible)


def by_value(sources: Sequence[tuple[Graph, str]]) -> str:
    """What each subgraph says, as prose: `"Int" in subgraphs "a" and "b", "Int!" in …`."""
    groups: dict[str, list[str]] = {}
    for graph, text in sources:
        groups.setdefault(text, []).append(graph.name)
    return " but ".join(f'"{text}" in {in_subgraphs(names)}' for text, names in groups.items())
