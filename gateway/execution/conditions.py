"""A plan and the values of its conditions in, the same plan without conditions out.

`@include` and `@skip` are decided once per operation and outcome, not in every object: what is
left over runs as if the client had never written them. The outcomes seen are kept by the
prepared operation (`gateway.pipeline`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gateway.planner.plan import (
    Condition,
    FetchField,
    FetchStep,
    OutputField,
    QueryPlan,
    Variables,
    holds,
)

Outcome = tuple[bool, ...]
"""Which of `tested_variables` are true, in their order."""


def tested_variables(plan: QueryPlan) -> tuple[str, ...]:
    """The Boolean variables that any condition of the plan reads, sorted."""
    found: set[str] = set()
    for condition in _conditions(plan):
        for conjunction in condition:
            found.update(test.variable for test in conjunction)
    return tuple(sorted(found))


def outcome_of(tested: tuple[str, ...], variables: Variables) -> Outcome:
    """The part of `variables` that decides the shape of the plan."""
    return tuple([variables.get(name) is True for name in tested])


def decide(plan: QueryPlan, variables: Variables) -> QueryPlan:
    """The plan without the steps, inputs and fields whose condition is false."""
    steps = tuple(
        _decided_step(step, variables) for step in plan.steps if holds(step.condition, variables)
    )
    kept = {step.id for step in steps}
    after = _inherited_order(plan, kept)
    return replace(
        plan,
        steps=tuple(replace(step, after=after[step.id]) for step in steps),
        output=_decided_output(plan.output, variables),
    )


def _inherited_order(plan: QueryPlan, kept: set[int]) -> dict[int, frozenset[int]]:
    """`after` of each step with a dropped step replaced by what that one waited for."""
    after: dict[int, frozenset[int]] = {}
    for step in plan.steps:
        waits: set[int] = set()
        for parent in step.after:
            waits.update({parent} if parent in kept else after[parent])
        after[step.id] = frozenset(waits)
    return after


def _decided_step(step: FetchStep, variables: Variables) -> FetchStep:
    selections = tuple(_decided_fields(fields, variables) for fields in step.selections)
    if not step.inputs:
        return replace(step, selections=selections, condition=None)
    inputs = tuple(
        replace(entity, condition=None)
        if holds(entity.condition, variables)
        else replace(entity, condition=None, targets=())
        for entity in step.inputs
    )
    return replace(step, inputs=inputs, selections=selections, condition=None)


def _decided_fields(fields: tuple[FetchField, ...], variables: Variables) -> tuple[FetchField, ...]:
    return tuple(
        replace(field, condition=None, selection=_decided_fields(field.selection, variables))
        for field in fields
        if holds(field.condition, variables)
    )


def _decided_output(
    fields: tuple[OutputField, ...], variables: Variables
) -> tuple[OutputField, ...]:
    return tuple(
        replace(field, condition=None, selection=_decided_output(field.selection, variables))
        for field in fields
        if holds(field.condition, variables)
    )


def _conditions(plan: QueryPlan) -> Iterator[Condition]:
    for step in plan.steps:
        yield from _present(step.condition, *(entity.condition for entity in step.inputs))
        for fields in step.selections:
            yield from _field_conditions(fields)
    yield from _field_conditions(plan.output)


def _field_conditions(fields: Iterable[FetchField | OutputField]) -> Iterator[Condition]:
    for field in fields:
        yield from _present(field.condition)
        yield from _field_conditions(field.selection)


def _present(*conditions: Condition | None) -> Iterator[Condition]:
    for condition in conditions:
        if condition is not None:
            yield condition
