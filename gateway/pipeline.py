"""The flow: a GraphQL request in, prepare → execute → complete, an answer out.

`prepare` parses, validates, plans and compiles an operation once and keeps the result; a request
for a known operation touches neither graphql-core nor the planner.
"""

import random
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from graphql import GraphQLSchema

from gateway.errors import OperationNotResolved, RequestRefused
from gateway.execution.conditions import Outcome, decide, outcome_of, tested_variables
from gateway.execution.exchange import Answer, AnswerKind, GraphQLRequest, RequestContext
from gateway.execution.executor import Run, Surroundings, execute
from gateway.execution.prepared import PreparedPlan, prepare_plan
from gateway.execution.subscription import Subscribed, events
from gateway.execution.wire_json import dumps
from gateway.operation.document import parse_document, select_operation, validate_document
from gateway.operation.guards import guarded_coordinates, refuse_guarded
from gateway.operation.introspection import answer as introspect
from gateway.operation.limits import NO_LIMITS, Limits
from gateway.operation.variables import CoerceVariables, compile_variables
from gateway.planner import PlanInput, plan_operation
from gateway.planner.plan import OperationKind, QueryPlan
from gateway.snapshot import Snapshot
from gateway.transport.base import Transport
from gateway.transport.headers import ResponseHeaderRules
from gateway.transport.sharing import InFlight

MAX_OUTCOMES = 8
"""Compiled variants kept of one operation, for different values of its conditions."""

OperationKey = tuple[str, str | None, frozenset[str]]
"""Document text, operation name, labels."""

NO_LABELS: Final[frozenset[str]] = frozenset()

_PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)")


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """What may be chosen about the flow.

    Prepared operations are kept up to a number and up to a sum of their documents' lengths (each
    takes about 100 bytes per character). `share_identical` lets identical queries (same document,
    variables and headers) that are under way at the same time be executed once.
    `reconnect_delays_seconds` are the waits before a lost stream of a subscription is opened
    again, one per try. `labels` are the progressive overrides that are on; `percent(n)` labels
    are drawn for each request.
    """

    limits: Limits = NO_LIMITS
    operations_kept: int = 2_000
    kept_characters: int = 500_000
    share_identical: bool = False
    response_headers: ResponseHeaderRules = field(default_factory=ResponseHeaderRules)
    reconnect_delays_seconds: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
    labels: frozenset[str] = frozenset()
    draw: Callable[[], float] = random.random


@dataclass(slots=True, eq=False)
class PreparedOperation:
    """One operation, parsed, validated, planned; compiled per outcome of its conditions."""

    kind: OperationKind
    plan: QueryPlan
    coerce: CoerceVariables
    api_schema: GraphQLSchema
    tested: tuple[str, ...]
    _compiled: OrderedDict[Outcome, PreparedPlan] = field(default_factory=OrderedDict)

    def compiled(self, variables: Mapping[str, object], *, again: bool = False) -> PreparedPlan:
        """The plan, ready to run, with the conditions as these (coerced) variables decide them.

        Code is generated for it when it is asked for the second time, or at once where it is
        known that it will run `again`: many operations are sent once and never more.
        """
        outcome = outcome_of(self.tested, variables) if self.tested else ()
        found = self._compiled.get(outcome)
        if found is None or found.fast is None:
            plan = decide(self.plan, variables) if self.tested else self.plan
            generate = again or found is not None
            found = prepare_plan(plan, self.api_schema, generate=generate)
            self._compiled[outcome] = found
            if len(self._compiled) > MAX_OUTCOMES:
                self._compiled.popitem(last=False)
        return found


class Pipeline:
    """Answers requests on one snapshot; a reload makes another pipeline over the same transports.

    `transports` are keyed by subgraph name and belong to whoever opened them.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        transports: Mapping[str, Transport],
        options: PipelineOptions | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.replaced_by: Pipeline | None = None
        """Set by a reload: subscriptions that run here go on there."""
        self._options = options or PipelineOptions()
        self._guarded = guarded_coordinates(snapshot.supergraph)
        self._has_labels = bool(snapshot.supergraph.labels)
        self._operations: OrderedDict[OperationKey, PreparedOperation] = OrderedDict()
        self._characters = 0
        self._in_flight: InFlight[Run, Answer] = InFlight()
        self._around = Surroundings(
            transports=transports,
            response_rules=self._options.response_headers,
            watched=self._options.response_headers.watched,
            introspect=partial(introspect, snapshot.api_schema),
            reconnect_delays_seconds=self._options.reconnect_delays_seconds,
            draw=self._options.draw,
        )

    def prepare(self, request: GraphQLRequest) -> PreparedOperation:
        """The prepared operation of a request, made now or found made.

        Raises RequestRefused when the document cannot be executed.
        """
        labels = self._labels() if self._has_labels else NO_LABELS
        key = (request.query, request.operation_name, labels)
        found = self._operations.get(key)
        if found is not None:
            self._operations.move_to_end(key)
            return found
        found = self._operations[key] = self._prepare(request, labels)
        self._characters += len(request.query)
        options = self._options
        while (
            len(self._operations) > options.operations_kept
            or self._characters > options.kept_characters
        ):
            (query, _, _), _ = self._operations.popitem(last=False)
            self._characters -= len(query)
        return found

    def _prepare(self, request: GraphQLRequest, labels: frozenset[str]) -> PreparedOperation:
        schema = self.snapshot.api_schema
        document = parse_document(request.query, self._options.limits)
        validate_document(schema, document)
        operation = select_operation(document, request.operation_name)
        refuse_guarded(schema, document, self._guarded)
        plan = plan_operation(
            PlanInput(
                graph=self.snapshot.graph,
                api_schema=schema,
                document=document,
                operation_name=request.operation_name or None,
                labels=labels,
            )
        )
        return PreparedOperation(
            kind=plan.kind,
            plan=plan,
            coerce=compile_variables(schema, operation),
            api_schema=schema,
            tested=tested_variables(plan),
        )

    def _labels(self) -> frozenset[str]:
        options = self._options
        drawn = options.draw() * 100
        return frozenset(
            label
            for label in self.snapshot.supergraph.labels
            if label in options.labels
            or ((match := _PERCENT.fullmatch(label)) and drawn < float(match[1]))
        )

    async def execute(self, request: GraphQLRequest, context: RequestContext) -> Answer:
        """Run a query or mutation to its answer. Raises RequestRefused."""
        prepared = self.prepare(request)
        if prepared.kind is OperationKind.SUBSCRIPTION:
            raise OperationNotResolved.because(
                "This is a subscription: ask for it over WebSocket, SSE or multipart."
            )
        variables = prepared.coerce(request.variables)
        if self._options.share_identical and prepared.kind is OperationKind.QUERY:
            return await self._execute_shared(prepared, variables, context)
        return await execute(prepared.compiled(variables), variables, self._around, context)

    def _started(
        self,
        prepared: PreparedOperation,
        variables: Mapping[str, object],
        context: RequestContext,
    ) -> Run:
        run = Run(prepared.compiled(variables), variables, self._around, context)
        run.start()
        return run

    async def _execute_shared(
        self,
        prepared: PreparedOperation,
        variables: Mapping[str, object],
        context: RequestContext,
    ) -> Answer:
        # Deadlines within the same second count as one: a run has that of whoever began it.
        deadline = None if context.deadline is None else int(context.deadline)
        key = (prepared, dumps(variables) if variables else b"", context.headers, deadline)

        own = RequestContext(context.headers, context.deadline)
        waiter, run = self._in_flight.join(key, lambda: self._started(prepared, variables, own))
        answer = await waiter
        context.response_headers.extend(run.context.response_headers)
        return answer

    def subscribe(
        self, request: GraphQLRequest, context: RequestContext
    ) -> AsyncGenerator[Answer, None]:
        """The answers of a subscription, one per event; a query or mutation is answered once.

        Raises RequestRefused before the first answer. When the pipeline is replaced, the
        subscription goes on with the new one, over the same stream if the new plan asks for that;
        if it no longer validates it ends with an error, SUBSCRIPTION_SCHEMA_RELOAD.
        """
        return _answers(self, request, context)

    def subscribed(self, request: GraphQLRequest) -> Subscribed:
        """What a subscription runs on here. Raises RequestRefused."""
        prepared = self.prepare(request)
        variables = prepared.coerce(request.variables)
        plan = prepared.compiled(variables, again=True)
        return Subscribed(plan, variables, self._around)


async def _answers(
    pipeline: Pipeline, request: GraphQLRequest, context: RequestContext
) -> AsyncGenerator[Answer, None]:
    """As `Pipeline.subscribe`. Lets go of a pipeline that was replaced."""
    if pipeline.prepare(request).kind is not OperationKind.SUBSCRIPTION:
        yield await pipeline.execute(request, context)
        return
    subscribed = pipeline.subscribed(request)

    def current() -> Subscribed:
        nonlocal pipeline, subscribed
        if pipeline.replaced_by is not None:
            while pipeline.replaced_by is not None:
                pipeline = pipeline.replaced_by
            subscribed = pipeline.subscribed(request)
        return subscribed

    try:
        async with aclosing(events(current, context)) as answers:
            async for answer in answers:
                yield answer
    except RequestRefused as refused:
        yield Answer(AnswerKind.REQUEST_ERROR, dumps({"errors": _after_reload(refused)}))


def _after_reload(refused: RequestRefused) -> list[dict[str, object]]:
    code = {"code": "SUBSCRIPTION_SCHEMA_RELOAD"}
    return [{**error, "extensions": code} for error in refused.errors]
