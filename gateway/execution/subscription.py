"""A subscription's prepared plan in, one answer per event out.

Step 0 opens the stream; the other steps run for each event, with the event's data as theirs. An
event that carries errors, or whose entity steps fail, is an answer with errors: the stream goes
on. It ends when the subgraph completes it, or with one last answer when the stream itself breaks.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from gateway.execution.exchange import Answer, AnswerKind, Header, RequestContext
from gateway.execution.executor import Run, Surroundings, answer_of
from gateway.execution.failures import JsonObject
from gateway.execution.prepared import PreparedPlan
from gateway.execution.subgraph_errors import transport_reason
from gateway.execution.wire_json import dumps
from gateway.planner.plan import Variables
from gateway.transport.base import ConnectFailed, TransportError
from gateway.transport.headers import OutgoingHeaders

STREAM_STEP = 0


async def events(
    plan: PreparedPlan, variables: Variables, around: Surroundings, context: RequestContext
) -> AsyncGenerator[Answer, None]:
    """The answers of a subscription; closing the generator ends the stream in the subgraph.

    `context.headers` are read anew for the entity steps of each event: an identity may have been
    renewed in between.
    """
    if not plan.steps:  # the root field was skipped
        return
    step = plan.steps[STREAM_STEP].step
    request: JsonObject = {
        "query": step.document,
        "variables": {name: variables[name] for name in step.variables if name in variables},
    }
    if step.operation_name is not None:
        request["operationName"] = step.operation_name
    loop = asyncio.get_running_loop()
    try:
        transport = around.transports.get(step.subgraph)
        if transport is None:
            raise ConnectFailed("no transport is configured for it")
        stream = transport.subscribe(request, OutgoingHeaders(context.headers))
        async with aclosing(stream):
            async for event in stream:
                headers = OutgoingHeaders(context.headers)
                ignored: list[Header] = []
                run = Run(plan, variables, around, headers, None, ignored, loop)
                run.resume(STREAM_STEP, event)
                yield await answer_of(run)
    except TransportError as error:
        reason = transport_reason(error, step.subgraph)
        body = dumps({"errors": [{"message": reason.message, "extensions": reason.extensions}]})
        yield Answer(AnswerKind.REQUEST_ERROR, body)
