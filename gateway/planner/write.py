"""Drafts in, the plan's steps and the client's shape out: everything is named here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLSchema

from gateway.graph import QueryGraph
from gateway.operation.normalise import NormalOperation
from gateway.operation.normalise.conditions import ALWAYS, Condition, either
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
        inputs: list[EntityInput] = []
        selections: list[tuple[FetchField, ...]] = []
        added: list[str] = []
        fields: list[str] = []
        condition: Condition = ()
        for index, group in enumerate(groups):
            single = len(groups) == 1
            variable = self._free("representations" if single else f"r{index}")
            alias = "_entities" if single else f"e{index}"
            contexts = self._contexts(group.entry, index)
            writer.contexts = {use: name for use, (name, _) in contexts.items()}
            text = writer.text(group.lines)
            added.append(f"${variable}:[_Any!]!")
            added.extend(f"${name}:{type_}" for name, type_ in contexts.values())
            head = "_entities" if single else f"{alias}:_entities"
            fields.append(f"{head}(representations:${variable}){text}")
            selections.append(writer.fields(group.lines))
            own = self.conditions.of(group.entry)
            condition = either(condition, own)
            made = RepresentationWriter(self.graph, self.names)
            inputs.append(
                EntityInput(
                    alias=alias,
                    variable=variable,
                    targets=tuple(
                        path for entry in group.targets for path in made.paths(entry.site, entry)
                    ),
                    representations=made.representations(group.entry),
                    contexts=made.contexts(group.entry, writer.contexts),
                    condition=plan_condition(own),
                )
            )
        if len(inputs) == 1:
            inputs = [_unconditional(inputs[0])]
        return FetchStep(
            id=number,
            subgraph=self.graph.supergraph.subgraphs[draft.graph].name,
            kind=OperationKind.QUERY,
            document=self._head("query", added, writer) + "{" + " ".join(fields) + "}",
            operation_name=None,
            variables=tuple(writer.variables),
            after=after,
            path=(),
            inputs=tuple(inputs),
            selections=tuple(selections),
            condition=plan_condition(condition),
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


def _unconditional(one: EntityInput) -> EntityInput:
    """The only input of a step: the step's own condition says it all."""
    return EntityInput(
        one.alias, one.variable, one.targets, one.representations, one.contexts, None
    )


__all__ = ["ALWAYS", "PlanWriter"]
