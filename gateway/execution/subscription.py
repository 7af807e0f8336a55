"""A subscription's prepared plan in, one answer per event out.

Step 0 opens the stream; the other steps run for each event, with the event's data as theirs. An
event that carries errors, or whose entity steps fail, is an answer with errors: the stream goes
on. It ends when the subgraph completes it. A stream that is lost is opened again, after growing
delays; the first answer after that says that there was a gap (`extensions.gap`). When that fails
too, the last answer is the error.

The plan may be replaced while the stream is open (a reloaded schema): an event is answered by the
plan of its time, and the stream is opened anew only when the new plan asks for another one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from gateway.execution.exchange import Answer, AnswerKind, RequestContext
from gateway.execution.executor import Run, Surroundings, answer_of
from gateway.execution.failures import JsonObject
from gateway.execution.prepared import PreparedPlan
from gateway.execution.subgraph_errors import transport_reason
from gateway.execution.wire_json import dumps
from gateway.planner.plan import Variables
from gateway.transport.base import ConnectFailed, ConnectionLost, TransportError
from gateway.transport.headers import OutgoingHeaders

STREAM_STEP = 0


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a subscription runs on at a moment."""

    plan: PreparedPlan
    variables: Variables
    around: Surroundings

    @property
    def stream_of(self) -> tuple[str, JsonObject]:
        """The subgraph that streams, and the request that opens the stream."""
        step = self.plan.steps[STREAM_STEP].step
        values = self.variables
        request: JsonObject = {
            "query": step.document,
            "variables": {name: values[name] for name in step.variables if name in values},
        }
        if step.operation_name is not None:
            request["operationName"] = step.operation_name
        return step.subgraph, request


async def events(
    current: Callable[[], Subscribed], context: RequestContext
) -> AsyncGenerator[Answer, None]:
    """The answers of a subscription; closing the generator ends the stream in the subgraph.

    `current` is asked before each event; what it raises ends the stream and is raised here.
    `context.headers` are read anew for the entity steps of each event: an identity may have been
    renewed in between.
    """
    subscribed: Subscribed | None = current()
    losses = 0
    gap = False
    while subscribed is not None:
        now, subscribed = subscribed, None
        if not now.plan.steps:  # the root field was skipped
            return
        subgraph, request = now.stream_of
        try:
            async with aclosing(_open(now, subgraph, request, context)) as stream:
                async for event in stream:
                    fresh = current()
                    if fresh.plan.steps and fresh.stream_of == (subgraph, request):
                        now = fresh
                    else:
                        subscribed = fresh
                    answer = await _answer(now, event, context)
                    yield _after_gap(answer) if gap else answer
                    losses, gap = 0, False
                    if subscribed is not None:
                        break
        except TransportError as error:
            lost = isinstance(error, ConnectionLost) or (gap and isinstance(error, ConnectFailed))
            delays = now.around.reconnect_delays_seconds
            if not lost or losses >= len(delays):
                yield _broken(error, subgraph)
                return
            await asyncio.sleep(delays[losses] * (0.5 + now.around.draw()))
            losses, gap = losses + 1, True
            subscribed = current()


def _after_gap(answer: Answer) -> Answer:
    return Answer(answer.kind, answer.body[:-1] + b',"extensions":{"gap":true}}')


def _open(
    subscribed: Subscribed, subgraph: str, request: JsonObject, context: RequestContext
) -> AsyncGenerator[Mapping[str, object], None]:
    transport = subscribed.around.transports.get(subgraph)
    if transport is None:
        raise ConnectFailed("no transport is configured for it")
    return transport.subscribe(request, OutgoingHeaders(context.headers))


async def _answer(
    subscribed: Subscribed, event: Mapping[str, object], context: RequestContext
) -> Answer:
    run = Run(
        subscribed.plan,
        subscribed.variables,
        subscribed.around,
        RequestContext(context.headers),
    )
    run.resume(STREAM_STEP, event)
    return await answer_of(run)


def _broken(error: TransportError, subgraph: str) -> Answer:
    reason = transport_reason(error, subgraph)
    body = dumps({"errors": [{"message": reason.message, "extensions": reason.extensions}]})
    return Answer(AnswerKind.REQUEST_ERROR, body)
