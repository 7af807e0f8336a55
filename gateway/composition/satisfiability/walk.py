"""Every field of every reachable type must have a way to be resolved, whatever led to the type.

A state is a type with the nodes in which its objects are at hand (`starts`) and the contexts set
on the way. What holds for some starts holds for more of them, so a state is only visited when no
visited state of its type has a subset of its starts; each visit costs what searching the type's
fields costs, and cycles end by themselves. The search is breadth first: witnesses are shortest.

Contrived graphs (value types nested in one another, each field in another choice of subgraphs)
can have as many states as there are sets of subgraphs, so STATES_AT_MOST bounds the walk.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TypeAlias

from gateway.composition.outcome import CompositionError, CompositionHint, Location, quoted
from gateway.composition.satisfiability.reasons import Dead, explain
from gateway.composition.satisfiability.search import PortableSearch, portable_search
from gateway.composition.satisfiability.witness import Step, print_witness
from gateway.federation.model import Field, Supergraph, TypeDefinition
from gateway.graph import Node, Option, QueryGraph, build_graph

Locate: TypeAlias = Callable[[str, str], tuple[Location, ...]]
STATES_AT_MOST = 100_000
_EVERY_COMBINATION_UP_TO = 3  # labels; beyond, each label alone and all but each


@dataclass(frozen=True, slots=True)
class State:
    """A type reached, where its objects are at hand, and the way there."""

    type: str
    starts: Mapping[Node, int]
    contexts: frozenset[str]
    steps: tuple[Step, ...]
    operation: str


@dataclass(slots=True)
class Findings:
    """What the walk finds; coordinates are reported once."""

    errors: list[CompositionError] = field(default_factory=list)
    hints: list[CompositionHint] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def check_satisfiability(
    supergraph: Supergraph, locate: Locate, states_at_most: int = STATES_AT_MOST
) -> Findings:
    """Errors and hints for all queries, with progressive overrides on and off.

    `locate` gives the places that define a type's field.
    """
    findings = Findings()
    for labels in _label_sets(sorted(supergraph.labels)):
        search = portable_search(build_graph(supergraph, labels))
        _Walk(search, findings, locate, states_at_most).run()
    return findings


def _label_sets(labels: Sequence[str]) -> Iterator[frozenset[str]]:
    sizes = range(len(labels) + 1)
    if len(labels) > _EVERY_COMBINATION_UP_TO:
        sizes = range(0)
        yield from map(frozenset, ((), labels))
        for label in labels:
            yield frozenset({label})
            yield frozenset(labels) - {label}
    for size in sizes:
        yield from map(frozenset, combinations(labels, size))


@dataclass(slots=True)
class _Walk:
    """One walk over one graph."""

    search: PortableSearch
    findings: Findings
    locate: Locate
    states_left: int
    visited: dict[str, list[tuple[frozenset[Node], frozenset[str]]]] = field(default_factory=dict)
    queue: deque[State] = field(default_factory=deque)

    @property
    def graph(self) -> QueryGraph:
        return self.search.graph

    @property
    def types(self) -> Mapping[str, TypeDefinition]:
        return self.graph.supergraph.types

    def run(self) -> None:
        """Visit everything that the roots lead to."""
        for kind, name in self.graph.supergraph.roots.items():
            starts = dict.fromkeys(self.graph.roots[kind].values(), 0)
            if _hidden(self.types[name]):
                continue
            state = State(name, starts, frozenset(), (), kind)
            if kind == "mutation":
                self._mutation(state)
            else:
                self._add(state)
        self._drain()

    def _drain(self) -> None:
        while self.queue:
            state = self.queue.popleft()
            definition = self.types[state.type]
            if definition.abstract:
                self._abstract(state, definition)
            else:
                self._object(state, definition)

    def _add(self, state: State) -> None:
        if state.type == self.graph.supergraph.query and state.steps:
            # Query can be entered anew from anywhere.
            starts = dict.fromkeys(self.graph.roots["query"].values(), 0)
            state = replace(state, starts=starts)
        key = (frozenset(state.starts), state.contexts)
        known = self.visited.setdefault(state.type, [])
        if any(nodes <= key[0] and contexts <= key[1] for nodes, contexts in known):
            return
        if self.states_left == 0:
            self._give_up(state)
            return
        self.states_left -= 1
        known.append(key)
        self.queue.append(state)

    def _give_up(self, state: State) -> None:
        self.queue.clear()
        code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
        if code not in self.findings.seen:
            self.findings.seen.add(code)
            self.findings.errors.append(
                CompositionError(
                    code,
                    "There are too many ways to combine subgraphs for proving that every query"
                    f" can be answered; the proof stopped at:\n{self._witness(state, None)}\nGive"
                    " the types there keys, or resolve their fields in fewer subgraphs.",
                )
            )

    def _mutation(self, state: State) -> None:
        """A mutation runs once: of several subgraphs that have it, one must do for all below."""
        definition = self.types[state.type]
        reached = self.search.spread(state.type, state.starts)
        for one in _visible(definition):
            options = self.search.options(state.type, one.name, reached)
            alternatives = [
                {node: cost for node, cost in state.starts.items() if node is option.node}
                for option in options
            ]
            if len(alternatives) < 2:
                self._field(state, one, options)
                continue
            trials = [self._trial(replace(state, starts=starts), one) for starts in alternatives]
            if all(trial.errors for trial in trials):
                self._report_mutation(state, one, options, trials)

    def _trial(self, state: State, one: Field) -> Findings:
        trial = _Walk(self.search, Findings(), self.locate, self.states_left)
        reached = self.search.spread(state.type, state.starts)
        trial._field(state, one, self.search.options(state.type, one.name, reached))
        trial._drain()
        return trial.findings

    def _report_mutation(
        self, state: State, one: Field, options: Sequence[Option], trials: Sequence[Findings]
    ) -> None:
        names = [self._subgraph(option.node) for option in options]
        tried = "\n".join(
            f"- calling it in subgraph {quoted([name])}:\n{_indented(trial.errors[0].message)}"
            for name, trial in zip(names, trials, strict=True)
        )
        self._error(
            "SATISFIABILITY_ERROR",
            state.type,
            one.name,
            f'The mutation "{one.name}" is shared by subgraphs {quoted(names)}. A mutation is'
            " called in one subgraph only, and none of them can answer all that can be asked"
            f" below it:\n{tried}\nAdd keys to the types below, or resolve the mutation in one"
            " subgraph.",
        )

    def _abstract(self, state: State, definition: TypeDefinition) -> None:
        reached = self.search.spread(state.type, state.starts)
        contexts = state.contexts | frozenset(definition.contexts)
        for name in sorted(self.graph.runtime_types[state.type]):
            if name not in self.types or _hidden(self.types[name]):
                continue
            starts = self.search.narrow(reached, name)
            step = Step(None, name)
            if starts:
                self._add(State(name, starts, contexts, (*state.steps, step), state.operation))
            elif all(reach.node.interface_object for reach in reached.values()):
                self._report_interface_object(replace(state, steps=(*state.steps, step)), name)

    def _report_interface_object(self, state: State, name: str) -> None:
        names = sorted({self._subgraph(node) for node in state.starts})
        self._error(
            "SATISFIABILITY_ERROR",
            state.type,
            f"... on {name}",
            f"The following supergraph API query:\n{self._witness(state, None)}\n"
            f"cannot be satisfied by the subgraphs because:\n"
            f"- from subgraph{'s' if len(names) > 1 else ''} {quoted(names)}, no subgraph can be"
            f' reached to resolve the implementation type of @interfaceObject type "{state.type}".'
            "\nMake a key of the interface resolvable in a subgraph that defines it.",
        )

    def _object(self, state: State, definition: TypeDefinition) -> None:
        reached = self.search.spread(state.type, state.starts)
        set_here = state.contexts | frozenset(definition.contexts)
        for interface in self.graph.interfaces.get(state.type, ()):
            set_here |= frozenset(self.types[interface].contexts)
        inside = replace(state, contexts=set_here)
        for one in _visible(definition):
            options = self.search.options(state.type, one.name, reached)
            self._field(inside, one, _in_context(options, state.contexts))

    def _field(self, state: State, one: Field, options: Sequence[Option]) -> None:
        if not options:
            dead = Dead(self.search, state.type, one.name, state.starts)
            self._error(
                "SATISFIABILITY_ERROR",
                state.type,
                one.name,
                f"The following supergraph API query:\n{self._witness(state, one)}\n"
                f"cannot be satisfied by the subgraphs because:\n{explain(dead)}",
            )
            return
        target = self.types.get(one.type.name)
        if target is None or not target.composite:
            return
        if target.abstract and len(options) > 1:
            self._compare_runtime_types(state, one, options)
        starts = self.search.starts(options)
        steps = (*state.steps, Step(one, None))
        self._add(State(target.name, starts, state.contexts, steps, state.operation))

    def _compare_runtime_types(self, state: State, one: Field, options: Sequence[Option]) -> None:
        """What several subgraphs resolve must be able to be the same object."""
        found: dict[str, frozenset[str]] = {}
        for option in options:
            node = self.graph.target(option.node, option.edge)
            if node is not None and not node.interface_object:
                found.setdefault(self._subgraph(node), node.possible)
        if len(set(found.values())) < 2:
            return
        coordinate = f"{state.type}.{one.name}"
        common = frozenset.intersection(*found.values())
        said = " and ".join(
            f'{quoted(sorted(types)) or "none"} in subgraph "{name}"'
            for name, types in sorted(found.items())
        )
        what = f'Field "{coordinate}" of abstract type "{one.type.text}" is shared'
        if not common:
            self._error(
                "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
                state.type,
                one.name,
                f"For the following supergraph API query:\n{self._witness(state, one)}\n{what} by"
                f" subgraphs that have no possible runtime type in common: {said}. A shared field"
                " must resolve to the same object everywhere: give the subgraphs a common type.",
            )
        elif f"hint {coordinate}" not in self.findings.seen:
            self.findings.seen.add(f"hint {coordinate}")
            self.findings.hints.append(
                CompositionHint(
                    "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
                    f"{what} by subgraphs with different possible runtime types: {said}. It must"
                    f" resolve to one of {quoted(sorted(common))}, which all of them know.",
                )
            )

    def _error(self, code: str, type_name: str, field_name: str, message: str) -> None:
        key = f"{code} {type_name}.{field_name}"
        if key not in self.findings.seen:
            self.findings.seen.add(key)
            places = self.locate(type_name, field_name)
            self.findings.errors.append(CompositionError(code, message, places))

    def _witness(self, state: State, one: Field | None) -> str:
        steps = (*state.steps, Step(one, None)) if one else state.steps
        return print_witness(self.graph.supergraph, state.operation, steps)

    def _subgraph(self, node: Node) -> str:
        return self.graph.supergraph.subgraphs[node.graph].name


def _in_context(options: Sequence[Option], contexts: frozenset[str]) -> list[Option]:
    """The options whose contexts are set above."""
    return [o for o in options if all(use.context in contexts for use in o.edge.contexts)]


def _visible(definition: TypeDefinition) -> Iterator[Field]:
    return (one for one in definition.fields.values() if not _hidden(one))


def _hidden(element: TypeDefinition | Field) -> bool:
    """Whether clients do not see it."""
    return any(directive.name == "inaccessible" for directive in element.directives)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
