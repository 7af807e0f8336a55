"""Composition in order: read, check and upgrade each subgraph, merge them, prove the result.

All errors of a stage are reported together; a later stage runs on what earlier stages accept.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gateway.composition.merge.graphs import Report, order_graphs, relate
from gateway.composition.merge.schema import merge_graphs
from gateway.composition.outcome import Composition, CompositionError, SubgraphInput
from gateway.composition.print_schema import print_supergraph
from gateway.composition.satisfiability import check_satisfiability
from gateway.composition.subgraph.clean import clean
from gateway.composition.subgraph.definitions import check_definitions
from gateway.composition.subgraph.facts import facts_of
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.subgraph.read import read_subgraph
from gateway.composition.subgraph.upgrade import upgrade_all
from gateway.composition.subgraph.valid_directives import check_directives
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

    The outcome does not depend on the order of the subgraphs.
    """
    with _collector_paused():
        return _compose(subgraphs)


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


def _compose(subgraphs: Sequence[SubgraphInput]) -> Composition:
    ordered = sorted(subgraphs, key=lambda given: (given.name, given.url, given.sdl))
    unnamed = tuple(check_names(ordered))
    if unnamed:
        return Composition(None, unnamed)
    views, errors = _views(ordered)
    if errors:
        return Composition(None, tuple(errors))
    report = Report()
    graphs = relate(order_graphs([(view.subgraph, view.facts) for view in views]))
    merged, context = merge_graphs(graphs, report)
    view = SupergraphView(merged, context)
    for stage in STAGES:
        for rule in stage:
            report.errors.extend(rule(view))
        if report.errors:
            return Composition(None, tuple(report.errors), tuple(report.hints))
    sdl = print_supergraph(merged)
    proof = check_satisfiability(parse_supergraph(sdl))
    hints = (*report.hints, *proof.hints)
    return Composition(None if proof.errors else sdl, tuple(proof.errors), hints)


def _views(given: Sequence[SubgraphInput]) -> tuple[list[View], list[CompositionError]]:
    """The subgraphs ready to be merged, or all that is wrong with any of them alone."""
    read: list[Subgraph] = []
    errors: list[CompositionError] = []
    for one in given:
        subgraph, found = read_subgraph(one)
        found = found or (_check_read(subgraph) if subgraph else ())
        errors.extend(found)
        if subgraph and not found:
            read.append(clean(subgraph))
    upgraded, found_upgrading = upgrade_all(read)
    errors.extend(() if errors else found_upgrading)
    views = [View(subgraph, facts_of(subgraph)) for subgraph in upgraded]
    for view in views:
        for rule in RULES:
            errors.extend(rule(view))
    return views, errors


def _check_read(subgraph: Subgraph) -> tuple[CompositionError, ...]:
    """Faults of one subgraph's SDL; GraphQL's rules assume sound definitions of directives."""
    faults = tuple(check_definitions(subgraph)) or (
        *check_types(subgraph),
        *check_directives(subgraph),
        *check_interfaces(subgraph),
    )
    return faults or tuple(check_roots(subgraph))
