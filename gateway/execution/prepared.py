"""A query plan without conditions in, a plan that is ready to run out.

Everything that does not depend on a request is made here, once: the bytes of each subgraph
request up to its variables, the collectors of representations, the way each answer is merged, and
the completion of the client's shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLObjectType, GraphQLSchema

from gateway.execution.completion_source import FastCompletion, compile_completion
from gateway.execution.data_shape import InputAnalysis, analyse
from gateway.execution.merge import Merge, deep_merge, separately
from gateway.execution.representations import Batch, Collect, collector
from gateway.execution.representations_source import compile_collector
from gateway.execution.shapes import INTROSPECTION_FIELDS, ObjectShape, shape_of
from gateway.execution.wire_json import dumps, request_text
from gateway.planner.plan import (
    LIST,
    EntityInput,
    FetchField,
    FetchStep,
    OperationKind,
    OutputField,
    QueryPlan,
    Variables,
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a subgraph was asked for: others must not get in another subgraph's way.

    An object with at most `safe` keys is taken as it is.
    """

    asked: frozenset[str]
    safe: int

    @classmethod
    def of(cls, fields: tuple[FetchField, ...], types: frozenset[str] = frozenset()) -> "Keys":
        """The keys of a selection on objects of `types`.

        Where it differs between these types no object is safe by its size.
        """
        asked = frozenset(item.source_key for item in fields)
        uniform = all(item.on is None or (types and types <= item.on) for item in fields)
        return cls(asked, len(asked) if uniform else 0)

    def only(self, found: dict[str, object]) -> dict[str, object]:
        """The object without keys that were not asked for."""
        return {key: value for key, value in found.items() if key in self.asked}


@dataclass(frozen=True, slots=True)
class PreparedInput:
    """One `_entities` field of a step, compiled.

    `fast` collects from data in which nothing has failed; `collect` from any. Both take the root
    of the data or, where an earlier input (`again`: step and input index) has the same targets,
    the objects that that one found.
    """

    entity: EntityInput
    fields: tuple[FetchField, ...]
    again: "InputPlace | None"
    walked: EntityInput
    """The input with the targets that `fast` and `collect` walk to."""
    fast: Collect | None
    collect: Collect
    merge: Merge | None
    """None where `dict.update` does it."""
    keys: "Keys"


InputPlace = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PreparedStep:
    """One step of the plan, compiled. `children` and `waits` are indices into the plan's steps."""

    index: int
    step: FetchStep
    repeatable: bool
    waits: int
    children: tuple[int, ...]
    prefix: bytes
    constant: bytes | None
    inputs: tuple[PreparedInput, ...]
    root_fields: tuple[FetchField, ...]
    root_merge: Merge | None
    root_keys: "Keys"

    def body(self, variables: Variables, batches: Sequence[Batch], context: int = 0) -> bytes:
        """The request's JSON text; `batches` are parallel to `inputs`.

        `context` is the index of the representation whose context values are sent.
        """
        if self.constant is not None:
            return self.constant
        sent = {name: variables[name] for name in self.step.variables if name in variables}
        for prepared, batch in zip(self.inputs, batches, strict=True):
            sent[prepared.entity.variable] = batch.representations
            if batch.contexts:
                for argument, value in zip(
                    prepared.entity.contexts, batch.contexts[context], strict=True
                ):
                    sent[argument.variable] = value
        return b'%b,"variables":%b}' % (self.prefix, dumps(sent))


@dataclass(frozen=True, slots=True)
class PreparedPlan:
    """A plan of one operation and one outcome of its conditions; shared by its requests."""

    kind: OperationKind
    steps: tuple[PreparedStep, ...]
    first: tuple[int, ...]
    waits: list[int]
    """How many steps each step waits for."""
    single: PreparedStep | None
    """The plan's one step, where a query is one root request and nothing else."""
    shape: ObjectShape
    fast: FastCompletion | None
    """None where code was not generated."""
    introspection: str | None
    root_keys: tuple[str, ...]


def prepare_plan(
    plan: QueryPlan, api_schema: GraphQLSchema, *, generate: bool = True
) -> PreparedPlan:
    """Prepare `plan`, whose conditions have been decided (`conditions.decide`).

    With `generate`, code is generated for it: that takes longer than planning did, and pays from
    some ten requests on.
    """
    object_types = frozenset(
        name for name, type_ in api_schema.type_map.items() if isinstance(type_, GraphQLObjectType)
    )
    shares = not any(entity.contexts for step in plan.steps for entity in step.inputs)
    root, analyses = analyse(plan.steps, object_types, shares)
    positions = {step.id: index for index, step in enumerate(plan.steps)}
    steps = []
    for step, analysis in zip(plan.steps, analyses, strict=True):
        general = deep_merge(object_types, step.subgraph)
        if not shares:  # objects of one entity may differ later, by their contexts
            general = separately(general)
            facts = tuple(replace(found, overlaps=True) for found in analysis)
        else:
            facts = analysis
        prepared = _prepare_step(plan, step, positions, facts, general)
        steps.append(_generated(prepared, facts) if generate else prepared)
    shape = _root_shape(plan, api_schema)
    return PreparedPlan(
        kind=plan.kind,
        steps=tuple(steps),
        first=tuple(step.index for step in steps if not step.waits),
        waits=[step.waits for step in steps],
        single=_single(plan, steps),
        shape=shape,
        fast=compile_completion(shape, root) if generate else None,
        introspection=plan.introspection,
        root_keys=tuple(dict.fromkeys(output.response_key for output in plan.output)),
    )


def _single(plan: QueryPlan, steps: Sequence[PreparedStep]) -> PreparedStep | None:
    if plan.kind is not OperationKind.QUERY or plan.introspection or len(steps) != 1:
        return None
    return None if steps[0].step.path or steps[0].inputs else steps[0]


def _prepare_step(
    plan: QueryPlan,
    step: FetchStep,
    positions: dict[int, int],
    analysis: tuple[InputAnalysis, ...],
    general: Merge,
) -> PreparedStep:
    index = positions[step.id]
    prefix = request_text(step.document, step.operation_name)
    inputs = []
    for number, (entity, found) in enumerate(zip(step.inputs, analysis, strict=False)):
        again = earlier_input(plan, index, number)
        walked = replace(entity, targets=((LIST,),)) if again and entity.targets else entity
        inputs.append(
            PreparedInput(
                entity=entity,
                fields=step.selections[number],
                again=again,
                walked=walked,
                fast=None,
                collect=collector(walked),
                merge=general if found.overlaps else None,
                keys=Keys.of(step.selections[number], _types(entity)),
            )
        )
    return PreparedStep(
        index=index,
        step=step,
        repeatable=step.kind is not OperationKind.MUTATION,
        waits=len(step.after),
        children=tuple(positions[other.id] for other in plan.steps if step.id in other.after),
        prefix=prefix,
        constant=None if inputs or step.variables else prefix + b"}",
        inputs=tuple(inputs),
        root_fields=() if inputs else step.selections[0],
        root_merge=general if not inputs and analysis[0].overlaps else None,
        root_keys=Keys.of(() if inputs else step.selections[0]),
    )


def _generated(step: PreparedStep, analysis: tuple[InputAnalysis, ...]) -> PreparedStep:
    inputs = tuple(
        replace(prepared, fast=compile_collector(prepared.walked, found))
        for prepared, found in zip(step.inputs, analysis, strict=False)
    )
    return replace(step, inputs=inputs)


def earlier_input(plan: QueryPlan, index: int, number: int) -> InputPlace | None:
    """An input before this one, of the same step or of one it waits for, with the same targets.

    What it found need not be looked for again: whoever puts objects there was done by then.
    """
    entity = plan.steps[index].inputs[number]
    if entity.contexts or not entity.targets:
        return None
    before = _ancestors(plan, index)
    for at, step in enumerate(plan.steps[: index + 1]):
        if at != index and step.id not in before:
            continue
        for other, earlier in enumerate(step.inputs):
            if (at, other) == (index, number):
                return None
            if earlier.targets == entity.targets and _types(earlier) >= _types(entity):
                return (at, other)
    return None


def _ancestors(plan: QueryPlan, index: int) -> set[int]:
    found = set(plan.steps[index].after)
    for step in reversed(plan.steps[:index]):
        if step.id in found:
            found |= step.after
    return found


def _types(entity: EntityInput) -> frozenset[str]:
    return frozenset().union(*(each.types for each in entity.representations))


def _root_shape(plan: QueryPlan, api_schema: GraphQLSchema) -> ObjectShape:
    root_type = {
        OperationKind.QUERY: api_schema.query_type,
        OperationKind.MUTATION: api_schema.mutation_type,
        OperationKind.SUBSCRIPTION: api_schema.subscription_type,
    }[plan.kind]
    assert root_type is not None  # the document is valid
    return shape_of(api_schema, root_type.name, _without_introspection(plan.output))


def _without_introspection(fields: tuple[OutputField, ...]) -> tuple[OutputField, ...]:
    return tuple(output for output in fields if output.name not in INTROSPECTION_FIELDS)
