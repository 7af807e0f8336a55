"""Drafts in, the plan's steps and the client's shape out: everything is named here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLSchema

from gateway.graph import QueryGraph
from gateway.operation.normalise import NormalOperation
from gateway.operation.normalise.conditions import NEVER, either
from gateway.planner.document import Writer, plan_condition
from gateway.planner.layout import Layout, Line, separate
from gateway.planner.names import Names
from gateway.planner.output import OutputWriter
from gateway.planner.plan import (
    EntityInput,
    FetchField,
    FetchStep,
    OperationKind,
    OutputField,
)
from gateway.planner.representations import RepresentationWriter
from gateway.planner.steps import Draft
from gateway.planner.tree import Entry
from gateway.planner.wanted import Conditions


@dataclass(slots=True)
class _Group:
    """Entries of a draft that send equal representations for equal selections."""

    entry: Entry
    lines: tuple[Line, ...]
    targets: list[Entry]


@dataclass(frozen=True, slots=True)
class _Written:
    """One input of a step: as data, its variables' declarations, its text and selection."""

    input: EntityInput
    declared: tuple[str, ...]
    text: str
    selection: tuple[FetchField, ...]


@dataclass(slots=True)
class PlanWriter:
    """Writes one plan."""

    graph: QueryGraph
    schema: GraphQLSchema
    operation: NormalOperation
    names: Names
    conditions: Conditions
    layout: Layout

    @classmethod
    def of(cls, graph: QueryGraph, schema: GraphQLSchema, operation: NormalOperation) -> PlanWriter:
        """A writer for the operation's plan."""
        names = Names(graph.field_names())
        conditions = Conditions()
        return cls(graph, schema, operation, names, conditions, Layout(graph, names, conditions))

    def write(
        self, drafts: Sequence[Draft]
    ) -> tuple[tuple[FetchStep, ...], tuple[OutputField, ...]]:
        """The steps, numbered in their order, and the client's shape."""
        lines = self._lines(drafts)
        numbers = {entry: number for number, draft in enumerate(drafts) for entry in draft.entries}
        steps = []
        for number, draft in enumerate(drafts):
            after = frozenset(numbers[other] for entry in draft.entries for other in entry.after)
            if draft.entries[0].is_entity:
                steps.append(self._entity_step(number, draft, after, lines))
            else:
                steps.append(self._root_step(number, draft, after, lines))
        output = OutputWriter(self.graph, self.names, self.schema).fields(
            self.operation.selections, self.operation.root_type
        )
        return tuple(steps), output

    def _lines(self, drafts: Sequence[Draft]) -> dict[Entry, tuple[Line, ...]]:
        """The lines of every entry, laid out again until no keys are in conflict."""
        while True:
            lines = {entry: self.layout.entry(entry) for draft in drafts for entry in draft.entries}
            divided = [separate(found, self.names) for found in lines.values()]
            if not any(divided):
                return lines

    def _root_step(
        self,
        number: int,
        draft: Draft,
        after: frozenset[int],
        lines: dict[Entry, tuple[Line, ...]],
    ) -> FetchStep:
        entry = draft.entries[0]
        writer = Writer(self.names, {}, {})
        text = writer.text(lines[entry])
        (path,) = RepresentationWriter(self.graph, self.names).paths(entry.site)[:1]
        return FetchStep(
            id=number,
            subgraph=self.graph.supergraph.subgraphs[draft.graph].name,
            kind=OperationKind(draft.kind),
            document=self._head(draft.kind, [], writer) + text,
            operation_name=None,
            variables=tuple(writer.variables),
            after=after,
            path=path,
            inputs=(),
            selections=(writer.fields(lines[entry]),),
            condition=plan_condition(self.conditions.of(entry)),
        )

    def _entity_step(
        self,
        number: int,
        draft: Draft,
        after: frozenset[int],
        lines: dict[Entry, tuple[Line, ...]],
    ) -> FetchStep:
        writer = Writer(self.names, {}, {})
        groups = self._groups(draft, lines)
        condition = NEVER
        for group in groups:
            condition = either(condition, self.conditions.of(group.entry))
        if len(groups) == 1:
            written = [self._input(groups[0], ("_entities", "representations", 0), writer)]
            # The step's own condition says it all.
            inputs = [replace(written[0].input, condition=None)]
        else:
            written = [
                self._input(group, (f"e{index}", f"r{index}", index), writer)
                for index, group in enumerate(groups)
            ]
            inputs = [one.input for one in written]
        added = [text for one in written for text in one.declared]
        fields = " ".join(one.text for one in written)
        return FetchStep(
            id=number,
            subgraph=self.graph.supergraph.subgraphs[draft.graph].name,
            kind=OperationKind.QUERY,
            document=f"{self._head('query', added, writer)}{{{fields}}}",
            operation_name=None,
            variables=tuple(writer.variables),
            after=after,
            path=(),
            inputs=tuple(inputs),
            selections=tuple(one.selection for one in written),
            condition=plan_condition(condition),
        )

    def _input(self, group: _Group, named: tuple[str, str, int], writer: Writer) -> _Written:
        """One `_entities` field; `named` is its alias, its variable and its number."""
        alias, variable, index = named
        variable = self._free(variable)
        entry = group.entry
        contexts = self._contexts(entry, index)
        writer.contexts = {argument: name for argument, (name, _) in contexts.items()}
        made = RepresentationWriter(self.graph, self.names)
        head = alias if alias == "_entities" else f"{alias}:_entities"
        paths = (path for target in group.targets for path in made.paths(target.site, target))
        return _Written(
            EntityInput(
                alias=alias,
                variable=variable,
                targets=tuple(paths),
                representations=made.representations(entry),
                contexts=made.contexts(entry, writer.contexts),
                condition=plan_condition(self.conditions.of(entry)),
            ),
            (
                f"${variable}:[_Any!]!",
                *(f"${name}:{type_}" for name, type_ in contexts.values()),
            ),
            f"{head}(representations:${variable}){writer.text(group.lines)}",
            writer.fields(_of_one_type(group.lines)),
        )

    def _groups(self, draft: Draft, lines: dict[Entry, tuple[Line, ...]]) -> list[_Group]:
        found: dict[object, _Group] = {}
        made = RepresentationWriter(self.graph, self.names)
        for entry in draft.entries:
            key: object = entry
            if not entry.contexts:
                key = (made.representations(entry), lines[entry], self.conditions.of(entry))
            group = found.get(key)
            if group is None:
                found[key] = _Group(entry, lines[entry], [entry])
            else:
                group.targets.append(entry)
        return list(found.values())

    def _contexts(self, entry: Entry, index: int) -> dict[str, tuple[str, str]]:
        """Context argument → (variable, its type)."""
        return {
            one.use.argument: (self._free(f"c{index}_{number}"), one.use.type.text)
            for number, one in enumerate(entry.contexts)
        }

    def _free(self, name: str) -> str:
        """A variable name that the client does not use."""
        while name in self.operation.variables:
            name += "_"
        return name

    def _head(self, kind: str, added: list[str], writer: Writer) -> str:
        declared = [self.operation.variables[name].text for name in writer.variables]
        texts = [*added, *declared]
        if texts:
            return f"{kind}({','.join(texts)})"
        return "" if kind == "query" else kind


def _of_one_type(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines out of their fragment where there is but one: all objects sent are of its type."""
    if len({line.on for line in lines}) > 1:
        return lines
    return tuple(
        Line(line.identity, line.types, None, line.type, line.condition, line.lines, line.edge)
        for line in lines
    )
