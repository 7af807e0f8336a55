"""Operations that run beside each other on one connection, by the id that the client gave them.

Sockets and single-connection event streams differ in how frames are written (`Output`), not in
what runs: one task per operation, each with its context; a mutation is finished even when its
connection is not.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import msgspec

from gateway.errors import (
    INTERNAL_SERVER_ERROR,
    FormattedError,
    LimitExceeded,
    RequestRefused,
)
from gateway.execution.exchange import Answer, AnswerKind, GraphQLRequest, RequestContext
from gateway.planner.plan import OperationKind
from gateway.server.call import Scope, request_id_of
from gateway.server.http_response import internal_error
from gateway.server.identity import Identity
from gateway.server.serving import Serving, refusal_after_reload

CONNECTION = "connection"
ANONYMOUS = "(anonymous)"

logger = logging.getLogger(__name__)


class Output(Protocol):
    """Where the frames of a connection go; what cannot be sent any more is dropped."""

    async def next(self, operation_id: str, body: bytes) -> None:
        """One response, as JSON text."""

    async def error(self, operation_id: str, errors: Sequence[FormattedError]) -> None:
        """The operation has ended, or never began; its id is free again."""

    async def complete(self, operation_id: str) -> None:
        """The operation is over; its id is free again."""


@dataclass(slots=True)
class _Operation:
    request: GraphQLRequest
    context: RequestContext
    task: "asyncio.Task[None]"
    is_subscription: bool = False


class Operations:
    """The operations of one connection, which was opened with the headers of `scope`."""

    def __init__(self, serving: Serving, scope: Scope, output: Output) -> None:
        self._serving = serving
        self._scope = scope
        self._headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self._output = output
        self._running: dict[str, _Operation] = {}

    async def start(self, operation_id: str, request: GraphQLRequest, identity: Identity) -> None:
        """Run an operation; `operation_id` is not in use."""
        limit = self._serving.settings.websocket_operations
        if len(self._running) >= limit:
            refused = LimitExceeded.because(
                f"This connection runs {limit} operations, the most allowed; complete one first."
            )
            await self._output.error(operation_id, refused.errors)
            return
        context = RequestContext(self._headers_for(identity))
        task = asyncio.create_task(self._run(operation_id, request, context, identity))
        self._running[operation_id] = _Operation(request, context, task)
        task.add_done_callback(lambda done: self._ended(operation_id, done))

    def stop(self, operation_id: str) -> None:
        """End an operation without another word; a no-op where it has ended."""
        operation = self._running.pop(operation_id, None)
        if operation is not None:
            operation.task.cancel()

    def use_identity(self, identity: Identity) -> None:
        """Send this identity to subgraphs from now on."""
        headers = self._headers_for(identity)
        for operation in self._running.values():
            operation.context.headers = headers

    async def end_outdated(self) -> None:
        """End the subscriptions that the engine that serves now refuses, each with an error."""
        for operation_id, operation in list(self._running.items()):
            if not operation.is_subscription:
                continue  # it finishes on the engine that it began on
            errors = refusal_after_reload(self._serving.engine, operation.request)
            if errors:
                self.stop(operation_id)
                await self._output.error(operation_id, errors)

    async def complete_all(self) -> None:
        """Tell the client that every operation is over."""
        for operation_id in list(self._running):
            await self._output.complete(operation_id)

    async def aclose(self) -> None:
        """End everything, and wait until it has ended."""
        tasks = [operation.task for operation in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, operation_id: str, task: "asyncio.Task[None]") -> None:
        # The id may be in use again: the client completes and subscribes anew at will.
        operation = self._running.get(operation_id)
        if operation is not None and operation.task is task:
            del self._running[operation_id]

    async def _run(
        self,
        operation_id: str,
        request: GraphQLRequest,
        context: RequestContext,
        identity: Identity,
    ) -> None:
        loop = asyncio.get_running_loop()
        started, outcome = loop.time(), "stopped"
        try:
            self._serving.admit(self._scope, self._headers, identity)
            await self._answer(operation_id, request, context)
            outcome = "completed"
        except RequestRefused as refused:
            outcome = refused.code
            await self._output.error(operation_id, refused.errors)
        except Exception:  # one operation must not end its connection
            outcome = INTERNAL_SERVER_ERROR
            request_id = request_id_of(self._headers)
            logger.exception("request %s failed on its connection", request_id)
            await self._output.error(operation_id, [internal_error(request_id)])
        finally:
            name = request.operation_name or ANONYMOUS
            self._serving.metrics.observe(CONNECTION, name, outcome, loop.time() - started)

    async def _answer(
        self, operation_id: str, request: GraphQLRequest, context: RequestContext
    ) -> None:
        serving = self._serving
        engine = serving.engine
        kind = serving.prepare(request).kind
        if kind is OperationKind.SUBSCRIPTION:
            self._running[operation_id].is_subscription = True
            async with aclosing(engine.subscribe(request, context)) as answers:
                async for answer in answers:
                    await self._send(operation_id, answer)
        else:
            now = asyncio.get_running_loop().time()
            context.deadline = now + serving.settings.request_timeout_seconds
            if kind is OperationKind.MUTATION:
                context.headers += serving.callers.headers_for_mutations(self._scope)
                await self._send(operation_id, await serving.execute_to_its_end(request, context))
            else:
                await self._send(operation_id, await engine.execute(request, context))
        await self._output.complete(operation_id)

    async def _send(self, operation_id: str, answer: Answer) -> None:
        if answer.kind is AnswerKind.REQUEST_ERROR:
            await self._output.error(operation_id, msgspec.json.decode(answer.body)["errors"])
        else:
            await self._output.next(operation_id, answer.body)

    def _headers_for(self, identity: Identity) -> tuple[tuple[bytes, bytes], ...]:
        return self._serving.callers.headers_for_subgraphs(self._scope["headers"], identity)
