"""Composition in order: read, check and upgrade each subgraph, merge them, prove the result.

All errors of a stage are reported together; a later stage runs on what earlier stages accept.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gateway.composition.hints import subgraph_hints
from gateway.composition.merge.graphs import Graphs, Report, order_graphs, relate
from gateway.composition.merge.schema import merge_graphs
from gateway.composition.outcome import (
    Composition,
    CompositionError,
    CompositionHint,
    Location,
    SubgraphInput,
)
from gateway.composition.print_schema import print_supergraph
from gateway.composition.satisfiability import check_satisfiability
from gateway.composition.subgraph.clean import clean
from gateway.composition.subgraph.definitions import check_definitions
from gateway.composition.subgraph.disallowed import check_disallowed
from gateway.composition.subgraph.facts import facts_of
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.subgraph.read import read_subgraph
from gateway.composition.subgraph.upgrade import is_federation_1, upgrade_all
from gateway.composition.subgraph.valid_directives import check_directives
from gateway.composition.subgraph.valid_inputs import check_input_types
from gateway.composition.subgraph.valid_interfaces import check_interfaces
from gateway.composition.subgraph.valid_roots import check_roots
from gateway.composition.subgraph.valid_types import check_types
from gateway.composition.subgraph_rules import RULES
from gateway.composition.subgraph_rules.view import View
from gateway.composition.supergraph_rules import STAGES
from gateway.composition.supergraph_rules.subgraph_names import check_names
from gateway.composition.supergraph_rules.view import SupergraphView
from gateway.federation.supergraph import parse_supergraph


def compose(subgraphs: Sequence[SubgraphInput]) -> Composition:
    """One supergraph of all subgraphs, or every reason why there is none.

    The outcome does not depend on the order of the subgraphs. Messages end with the places that
    they speak of, as `subgraph:line:column`.
    """
    with _collector_paused():
        sdl, errors, hints = _compose(subgraphs)
    placed = tuple(dict.fromkeys(error.placed() for error in errors))
    return Composition(None if placed else sdl, placed, tuple(dict.fromkeys(hints)))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No cyclic garbage collection meanwhile.

    Composition makes many small objects that all live to its end, which the collector would visit
    over and over: it took half of the time of composing 50 subgraphs.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


_Outcome = tuple[str | None, Sequence[CompositionError], Sequence[CompositionHint]]


def _compose(subgraphs: Sequence[SubgraphInput]) -> _Outcome:
    given = sorted(subgraphs, key=lambda one: (one.name, one.url, one.sdl))
    unnamed = list(check_names(given))
    if unnamed:
        return None, unnamed, ()
    read, errors = _read(given)
    if errors:
        return None, errors, ()
    views, errors = _upgrade(read)
    if errors:
        return None, errors, ()
    report = Report()
    graphs = relate(order_graphs([(view.subgraph, view.facts) for view in views]))
    merged, context = merge_graphs(graphs, report)
    report.hints.extend(subgraph_hints(graphs))
    view = SupergraphView(merged, context)
    for stage in STAGES:
        for rule in stage:
            report.errors.extend(rule(view))
        if report.errors:
            return None, report.errors, report.hints
    sdl = print_supergraph(merged)
    proof = check_satisfiability(
        parse_supergraph(sdl), lambda type_name, name: _places(graphs, type_name, name)
    )
    return sdl, proof.errors, (*report.hints, *proof.hints)


def _read(given: Sequence[SubgraphInput]) -> tuple[list[Subgraph], list[CompositionError]]:
    """The subgraphs cleaned, and all that is wrong with any of them alone.

    What federation 1 subgraphs may do is only known when they are upgraded, beside the others.
    """
    read: list[Subgraph] = []
    errors: list[CompositionError] = []
    for one in given:
        subgraph, found = read_subgraph(one)
        found = found or (_check_schema(subgraph) if subgraph else ())
        errors.extend(found)
        if subgraph and not found:
            read.append(clean(subgraph))
    for subgraph in read:
        if not is_federation_1(subgraph):
            errors.extend(_check_rules(View(subgraph, facts_of(subgraph))))
    return read, errors


def _check_schema(subgraph: Subgraph) -> tuple[CompositionError, ...]:
    """Faults of one schema as such; GraphQL's rules assume sound definitions of directives."""
    faults = tuple(check_definitions(subgraph)) or (
        *check_types(subgraph),
        *check_input_types(subgraph),
        *check_directives(subgraph),
        *check_interfaces(subgraph),
    )
    return faults or (*check_roots(subgraph), *check_disallowed(subgraph))


def _check_rules(view: View) -> Iterator[CompositionError]:
    for rule in RULES:
        yield from rule(view)


def _upgrade(read: Sequence[Subgraph]) -> tuple[list[View], list[CompositionError]]:
    """All subgraphs as federation 2, ready to be merged, and what is wrong with upgraded ones."""
    upgraded, errors = upgrade_all(read)
    views = [View(subgraph, facts_of(subgraph)) for subgraph in upgraded]
    for view in views:
        if is_federation_1(view.subgraph):
            errors.extend(_check_rules(view))
    return views, errors


def _places(graphs: Graphs, type_name: str, field_name: str) -> tuple[Location, ...]:
    """Where the subgraphs define a field, or the type where they lack the field."""
    sources = graphs.types.get(type_name, ())
    fields = [d.fields[field_name].location for _, d in sources if field_name in d.fields]
    return tuple(fields or [definition.location for _, definition in sources])
