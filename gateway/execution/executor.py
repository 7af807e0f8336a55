"""A prepared plan and one request's variables in, one answer out.

The graph of steps runs as a graph: a step is sent as soon as its own parents are done, whatever
else is under way. A run owns no task and no lock; it is driven by the futures of its requests,
and everything it does to the merged data happens between two events of the loop.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphql import GraphQLNonNull

from gateway.execution.completion import complete
from gateway.execution.completion_source import DEVIATIONS
from gateway.execution.exchange import Answer, AnswerKind, RequestContext
from gateway.execution.failures import Failure, JsonObject, Reason
from gateway.execution.prepared import PreparedPlan, PreparedStep
from gateway.execution.shapes import TYPENAME, ObjectShape
from gateway.execution.step import (
    Collected,
    StepRequest,
    apply,
    fail_request,
    requests_of,
    second_tries,
)
from gateway.execution.subgraph_errors import parse_answer, transport_reason
from gateway.execution.wire_json import dumps
from gateway.planner.plan import Variables
from gateway.transport.base import (
    ConnectFailed,
    ConnectionLost,
    SubgraphResponse,
    Transport,
    TransportError,
)
from gateway.transport.headers import OutgoingHeaders, ResponseHeaderRules


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run works with besides its plan; the same object may serve many runs.

    `reconnect_delays_seconds` are the waits before a lost subscription stream is opened again,
    one per try; each is drawn (`draw`: from 0 to 1) from half to one and a half of it.
    """

    transports: Mapping[str, Transport]
    response_rules: ResponseHeaderRules
    watched: frozenset[bytes]
    introspect: Callable[[str, Variables], JsonObject]
    reconnect_delays_seconds: tuple[float, ...] = ()
    draw: Callable[[], float] = random.random


class Run:
    """One execution of a prepared plan: `start` it, then `answer_of` waits for its answer.

    `data` is the merged data, `failed` whether it may have failures in it. `reasons` are the
    errors of every answer so far; those that completion finds no position for are added to the
    client's. `stopped` says that steps were given up because a failure nulls the whole answer.
    """

    __slots__ = (
        "_answer",
        "_done",
        "_found",
        "_headers",
        "_left",
        "_pending",
        "_requests",
        "_waits",
        "around",
        "context",
        "data",
        "failed",
        "plan",
        "reasons",
        "stopped",
        "variables",
    )

    def __init__(
        self,
        plan: PreparedPlan,
        variables: Variables,
        around: Surroundings,
        context: RequestContext,
    ) -> None:
        self.plan = plan
        self.variables = variables
        self.around = around
        self.context = context
        self.data: JsonObject = {}
        self.reasons: list[Reason] = []
        self.failed = False
        self.stopped = False
        self._answer: Answer | None = None
        self._done: asyncio.Future[Answer] | None = None
        self._headers = OutgoingHeaders(context.headers)
        self._found: Collected = {}
        self._waits = plan.waits.copy()
        self._requests = [0] * len(plan.steps)
        self._left = len(plan.steps)
        self._pending: dict[asyncio.Future[SubgraphResponse], StepRequest] = {}

    @property
    def done(self) -> "asyncio.Future[Answer]":
        """The future of the answer (or of a broken invariant), made when somebody waits for it."""
        done = self._done
        if done is None:
            # The loop of a pending request, since asking for the running one is a system call.
            pending = next(iter(self._pending), None)
            loop = asyncio.get_running_loop() if pending is None else pending.get_loop()
            done = self._done = loop.create_future()
            if self._answer is not None:
                done.set_result(self._answer)
        return done

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be done, because it is done, broken or cancelled."""
        return self._answer is not None or (self._done is not None and self._done.done())

    def start(self) -> None:
        """Send the steps that wait for nothing."""
        try:
            if not self._left:
                self._complete()
            for index in self.plan.first:
                if self._answer is None:
                    self._begin(self.plan.steps[index])
        except Exception as error:  # noqa: BLE001  # broken invariants reach whoever awaits the answer
            self._break(error)

    def resume(self, index: int, answer: Mapping[str, object]) -> None:
        """Go on from an answer to step `index` that came another way (a subscription's event)."""
        step = self.plan.steps[index]
        self._requests[index] = 1
        try:
            self._apply(StepRequest(step, b"", (), retried=True), answer)
        except Exception as error:  # noqa: BLE001  # as in start
            self._break(error)

    def resume_failed(self, index: int, error: TransportError) -> None:
        """Go on from step `index` having failed."""
        self._requests[index] = 1
        try:
            self._fail(StepRequest(self.plan.steps[index], b"", (), retried=True), error)
        except Exception as broken:  # noqa: BLE001  # as in start
            self._break(broken)

    def cancel(self) -> None:
        """End the queries under way. A mutation that was sent is left to be answered."""
        self._stop_queries()
        if not self.done.done():
            self.done.cancel()

    def _begin(self, step: PreparedStep) -> None:
        requests = requests_of(step, self.data, self.variables, self._found, self.failed)
        if not requests:
            self._finish(step)
            return
        self._requests[step.index] = len(requests)
        for request in requests:
            self._send(request)

    def _send(self, request: StepRequest) -> None:
        step = request.step
        transport = self.around.transports.get(step.step.subgraph)
        if transport is None:
            self._fail(request, ConnectFailed("no transport is configured for it"))
            return
        pending = transport.request(
            request.body, self._headers, self.context.deadline, step.repeatable
        )
        self._pending[pending] = request
        pending.add_done_callback(self._answered)

    def _answered(self, pending: "asyncio.Future[SubgraphResponse]") -> None:
        request = self._pending.pop(pending, None)
        if request is None or self.is_over:
            _retrieved(pending)
            return
        try:
            try:
                answer = self._received(pending)
            except TransportError as error:
                self._fail(request, error)
            else:
                self._apply(request, answer)
        except Exception as error:  # noqa: BLE001  # as in start
            self._break(error)

    def _received(self, pending: "asyncio.Future[SubgraphResponse]") -> Mapping[str, object]:
        if pending.cancelled():
            raise ConnectionLost("the request was given up")
        response = pending.result()
        watched = self.around.watched
        for name, value in response.headers:
            if name in watched:
                self.around.response_rules.take(self.context.response_headers, name, value)
        return parse_answer(response)

    def _apply(self, request: StepRequest, answer: Mapping[str, object]) -> None:
        if answer.get("errors"):
            again, given_up = second_tries(request, answer, self.variables)
            if again:
                self._requests[request.step.index] += len(again) + len(given_up) - 1
                for rest in given_up:
                    self._merge(rest, answer)
                for rest in again:
                    self._send(rest)
                return
        self._merge(request, answer)

    def _merge(self, request: StepRequest, answer: Mapping[str, object]) -> None:
        failed = apply(request, answer, self.data, self.reasons)
        self._one_less(request.step, failed)

    def _fail(self, request: StepRequest, error: TransportError) -> None:
        reason = transport_reason(error, request.step.step.subgraph)
        self.reasons.append(reason)
        fail_request(request, reason, self.data)
        self._one_less(request.step, failed=True)

    def _one_less(self, step: PreparedStep, failed: bool) -> None:
        if failed:
            self.failed = True
            if self._pending and is_doomed(self.plan.shape, self.data):
                self.stopped = True
                self._stop_queries()
                self._complete()
                return
        self._requests[step.index] -= 1
        if not self._requests[step.index]:
            self._finish(step)

    def _finish(self, step: PreparedStep) -> None:
        self._left -= 1
        if not self._left:
            self._complete()
            return
        waits = self._waits
        for child in step.children:
            waits[child] -= 1
            if not waits[child] and not self.is_over:
                self._begin(self.plan.steps[child])

    def _stop_queries(self) -> None:
        pending, self._pending = self._pending, {}
        for one, request in pending.items():
            one.remove_done_callback(self._answered)
            one.add_done_callback(_retrieved)
            if request.step.repeatable:
                one.cancel()

    def _complete(self) -> None:
        if self.is_over:
            return
        self._answer = Answer(AnswerKind.EXECUTED, self._body())
        if self._done is not None:
            self._done.set_result(self._answer)

    def _body(self) -> bytes:
        plan = self.plan
        if not self.failed and plan.fast is not None:
            try:
                return b'{"data":%b}' % dumps(self._introspected(plan.fast(self.data)))
            except DEVIATIONS:
                pass  # `complete` finds out what is wrong, and says so
        completed = complete(plan.shape, self.data, partial=self.stopped)
        errors = completed.errors
        errors.extend(
            {"message": reason.message, "extensions": dict(reason.extensions)}
            for reason in self.reasons
            if reason.cause not in completed.reported
        )
        answer: JsonObject = {"data": self._introspected(completed.data)}
        if errors:
            answer["errors"] = errors
        return dumps(answer)

    def _introspected(self, data: JsonObject | None) -> JsonObject | None:
        document = self.plan.introspection
        if document is None or data is None:
            return data
        found = self.around.introspect(document, self.variables)
        everything = {**data, **found}
        order = [key for key in self.plan.root_keys if key in everything]
        order.extend(key for key in found if key not in self.plan.root_keys)
        return {key: everything[key] for key in order}

    def _break(self, error: Exception) -> None:
        self._stop_queries()
        if not self.done.done():
            self.done.set_exception(error)


def _retrieved(pending: "asyncio.Future[SubgraphResponse]") -> None:
    """Look at the outcome of a request that nobody waits for, so that it is not logged as lost."""
    if not pending.cancelled():
        pending.exception()


def is_doomed(shape: ObjectShape, data: object) -> bool:
    """Whether a failure is sure to null the object: it stands where no null may be, all the way."""
    if not isinstance(data, dict):
        return isinstance(data, Failure)
    if shape.abstract:
        return False
    for item in shape.fields_of(shape.type_name):
        if item.source_key == TYPENAME or not isinstance(item.type, GraphQLNonNull):
            continue
        value = data.get(item.source_key)
        if isinstance(value, Failure):
            return True
        if item.shape is not None and isinstance(value, dict) and is_doomed(item.shape, value):
            return True
    return False


async def execute(
    plan: PreparedPlan, variables: Variables, around: Surroundings, context: RequestContext
) -> Answer:
    """Run a plan to its answer.

    A query of one request that is answered as it should be needs no run: most operations are of
    this kind, and the run is half of what they cost. Anything else about them makes one.
    """
    step = plan.single
    transport = around.transports.get(step.step.subgraph) if step is not None else None
    if step is None or transport is None:
        run = Run(plan, variables, around, context)
        run.start()
        return await answer_of(run)
    body = step.constant or step.body(variables, ())
    try:
        response = await transport.request(
            body, OutgoingHeaders(context.headers), context.deadline, True
        )
        for name, value in response.headers:
            if name in around.watched:
                around.response_rules.take(context.response_headers, name, value)
        answer = parse_answer(response)
    except TransportError as error:
        run = Run(plan, variables, around, context)
        run.resume_failed(step.index, error)
        return await answer_of(run)
    data = answer.get("data")
    if type(data) is dict and plan.fast is not None and not answer.get("errors"):
        try:
            return Answer(AnswerKind.EXECUTED, b'{"data":%b}' % dumps(plan.fast(data)))
        except DEVIATIONS:
            pass  # the run finds out what is wrong
    run = Run(plan, variables, around, context)
    run.resume(step.index, answer)
    return await answer_of(run)


async def answer_of(run: Run) -> Answer:
    """Wait for the answer of a started run; a cancelled wait cancels what may be cancelled."""
    done = run.done
    try:
        return await done
    finally:
        if not done.done() or done.cancelled():
            run.cancel()
