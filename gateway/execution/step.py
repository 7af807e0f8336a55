"""One step against the merged data: `requests_of` reads it, `apply` writes it; both synchronous.

Between the two the request is on its way and other steps read and write. That is safe because the
plan says who waits for whom, and because neither function ever awaits.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.execution.failures import Failure, JsonObject, Reason
from gateway.execution.prepared import PreparedInput, PreparedStep
from gateway.execution.representations import Batch
from gateway.execution.representations_source import DEVIATIONS
from gateway.execution.subgraph_errors import ENTITIES, place_reasons, reasons_of
from gateway.execution.walk import objects_at
from gateway.planner.plan import FetchField, Variables
from gateway.transport.base import MALFORMED

MAX_TYPES_TO_SPLIT = 4
"""A batch that fails as a whole without naming a type is tried again per type up to this many."""


class StepRequest(NamedTuple):
    """One request of a step; most steps make one. `batches` are parallel to the step's inputs."""

    step: PreparedStep
    body: bytes
    batches: tuple[Batch, ...]
    retried: bool = False


Collected = dict[tuple[int, int], Batch]
"""What each input of each step has found so far, by step and input index."""


def requests_of(
    step: PreparedStep, data: JsonObject, variables: Variables, found: Collected, failed: bool
) -> list[StepRequest]:
    """The requests that the step makes now; none when nothing is left to ask for.

    Objects that cannot be asked for get their fields here: null, or the failure that prevents it.
    What the step's inputs find is added to `found`. `failed` data may have failures in it.
    """
    if not step.inputs:
        if step.step.path and not any(True for _ in objects_at(data, step.step.path)):
            return []
        return [StepRequest(step, step.body(variables, ()), ())]
    batches = []
    some = contextual = False
    for number, prepared in enumerate(step.inputs):
        batch = found[step.index, number] = _collected(prepared, data, found, failed)
        for each, failure in batch.unsent:
            fill(each, prepared.fields, failure)
        some = some or bool(batch.representations)
        contextual = contextual or bool(batch.contexts)
        batches.append(batch)
    if not some:
        return []
    if contextual:
        return _by_context(step, batches, variables)
    return [StepRequest(step, step.body(variables, batches), tuple(batches))]


def _collected(prepared: PreparedInput, data: JsonObject, found: Collected, failed: bool) -> Batch:
    source: object = data if prepared.again is None else found[prepared.again].objects()
    batch = Batch()
    if prepared.fast is not None and not failed:
        try:
            prepared.fast(source, batch)
        except DEVIATIONS:
            batch = Batch()
        else:
            return batch
    prepared.collect(source, batch)
    return batch


def _by_context(
    step: PreparedStep, batches: Sequence[Batch], variables: Variables
) -> list[StepRequest]:
    """One request per combination of context values; inputs without contexts join the first."""
    requests: list[StepRequest] = []
    plain = tuple(Batch() if batch.contexts else batch for batch in batches)
    for at, batch in enumerate(batches):
        values: dict[str, Batch] = {}
        for index, context in enumerate(batch.contexts):
            part = values.setdefault(repr(context), Batch())
            part.representations.append(batch.representations[index])
            part.groups.append(batch.groups[index])
            part.contexts.append(context)
        for part in values.values():
            base = plain if not requests else tuple(Batch() for _ in batches)
            chosen = (*base[:at], part, *base[at + 1 :])
            requests.append(StepRequest(step, step.body(variables, chosen), chosen))
    return requests


def fill(found: JsonObject, fields: Sequence[FetchField], failure: Failure | None) -> None:
    """Give an object the fields that nobody will deliver: null, or what `failure` means to each."""
    for item in fields:
        key = item.source_key
        if key == "__typename":
            continue
        present = found.get(key)
        cause = failure.under(key) if failure is not None else None
        if isinstance(present, dict):
            fill(present, item.selection, cause)
        elif key not in found or (present is None and cause is not None):
            found[key] = cause


def apply(
    request: StepRequest, answer: Mapping[str, object], data: JsonObject, reasons: list[Reason]
) -> bool:
    """Merge one answer into the data, its errors in the places of its nulls.

    The errors are added to `reasons`. True when there may be failures in the data now.
    """
    step = request.step
    errors = answer.get("errors")
    fetched = answer.get("data")
    failed = False
    if errors or not isinstance(fetched, dict):
        service = step.step.subgraph
        found = reasons_of(errors, service)
        reasons.extend(found)
        fetched = place_reasons(fetched, found, _response_keys(step), service)
        failed = True
    if not step.inputs:
        _merge_root(step, fetched, data)
        return failed
    for prepared, batch in zip(step.inputs, request.batches, strict=True):
        if batch.representations and not _merge_entities(step, prepared, batch, fetched):
            failed = True
    return failed


def _response_keys(step: PreparedStep) -> list[str]:
    if step.inputs:
        return [prepared.entity.alias for prepared in step.inputs]
    return [item.source_key for item in step.root_fields]


def _merge_root(step: PreparedStep, fetched: JsonObject, data: JsonObject) -> None:
    merge = step.root_merge or dict.update
    if len(fetched) > step.root_keys.safe:
        fetched = step.root_keys.only(fetched)
    if not step.step.path:
        merge(data, fetched)
        return
    for found in objects_at(data, step.step.path):
        merge(found, fetched)


def _merge_entities(
    step: PreparedStep, prepared: PreparedInput, batch: Batch, fetched: JsonObject
) -> bool:
    """Fan the entities out to the objects that wait for them; False when any of them failed."""
    entities = fetched.get(prepared.entity.alias)
    if entities is None and prepared.entity.alias not in fetched:
        entities = fetched.get(ENTITIES)
    groups = batch.groups
    if not isinstance(entities, list) or len(entities) != len(groups):
        cause = entities if isinstance(entities, Failure) else _malformed(step, entities, batch)
        _fail(groups, prepared.fields, cause)
        return False
    merge = prepared.merge
    safe = prepared.keys.safe
    whole = True
    for group, entity in zip(groups, entities, strict=True):
        if type(entity) is dict:
            if len(entity) > safe:
                entity = prepared.keys.only(entity)
            if merge is None:
                for found in group:
                    found.update(entity)
            else:
                for found in group:
                    merge(found, entity)
        elif entity is None:
            for found in group:
                fill(found, prepared.fields, None)
        else:
            cause = entity if isinstance(entity, Failure) else _malformed(step, entity, batch)
            _fail([group], prepared.fields, cause)
            whole = False
    return whole


def _malformed(step: PreparedStep, entities: object, batch: Batch) -> Failure:
    service = step.step.subgraph
    if isinstance(entities, list):
        text = (
            f"Subgraph '{service}' answered {len(entities)} entities "
            f"for {len(batch.groups)} representations."
        )
    else:
        text = f"Subgraph '{service}' answered something else than entities."
    return Failure((Reason.of(text, MALFORMED, service),))


def _fail(
    groups: Sequence[Sequence[JsonObject]], fields: Sequence[FetchField], cause: Failure
) -> None:
    for group in groups:
        for found in group:
            fill(found, fields, cause)


def fail_request(request: StepRequest, reason: Reason, data: JsonObject) -> None:
    """What a request that was not answered leaves behind: a failure in each field it was for."""
    cause = Failure((reason,))
    step = request.step
    if not step.inputs:
        for found in objects_at(data, step.step.path):
            fill(found, step.root_fields, cause)
        return
    for prepared, batch in zip(step.inputs, request.batches, strict=True):
        _fail(batch.groups, prepared.fields, cause)


def second_tries(
    request: StepRequest, answer: Mapping[str, object], variables: Variables
) -> tuple[list[StepRequest], list[StepRequest]]:
    """For a batch that came back null as a whole: requests to try instead, and those given up.

    Some servers (Strawberry) lose the whole batch over one `__typename` that they do not know.
    When the error names a type of the batch, the rest is asked for once more; when it names none,
    each type by itself. Empty when the answer is anything else.
    """
    step = request.step
    errors = answer.get("errors")
    if request.retried or not step.inputs or not errors or not step.repeatable:
        return [], []
    fetched = answer.get("data")
    if isinstance(fetched, dict) and any(fetched.values()):
        return [], []
    types = sorted({_typename(sent) for batch in request.batches for sent in batch.representations})
    if len(types) < 2:
        return [], []
    text = repr([reason.message for reason in reasons_of(errors, "")])
    named = [name for name in types if re.search(rf"\b{re.escape(name)}\b", text)]
    if named and len(named) < len(types):
        rest = frozenset(types) - frozenset(named)
        return [_only(request, rest, variables)], [_only(request, frozenset(named), variables)]
    if len(types) <= MAX_TYPES_TO_SPLIT:
        return [_only(request, frozenset({name}), variables) for name in types], []
    return [], []


def _typename(sent: object) -> str:
    return str(sent.get("__typename")) if isinstance(sent, dict) else ""


def _only(request: StepRequest, types: frozenset[str], variables: Variables) -> StepRequest:
    batches = []
    for batch in request.batches:
        part = Batch()
        for index, sent in enumerate(batch.representations):
            if _typename(sent) in types:
                part.representations.append(sent)
                part.groups.append(batch.groups[index])
                if batch.contexts:
                    part.contexts.append(batch.contexts[index])
        batches.append(part)
    return StepRequest(
        request.step, request.step.body(variables, batches), tuple(batches), retried=True
    )
