"""Sockets: a WebSocket in, operations run and their frames sent, until either side closes.

`Socket` does the I/O around `ws_protocol`. One task per operation; frames go out as they come, and
a client that does not read stops only its own operations: sending waits for the socket's buffer,
and the queue behind the subscription is bounded where the upstream is fanned out.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

import orjson

from gateway.errors import FormattedError, IdentityUnavailable, LimitExceeded, RequestRefused
from gateway.execution.exchange import Answer, AnswerKind, GraphQLRequest, RequestContext
from gateway.planner.plan import OperationKind
from gateway.server.call import Receive, Scope, Send, request_id_of
from gateway.server.callers import Unrecognised
from gateway.server.http_response import internal_error
from gateway.server.identity import Identity
from gateway.server.kept_identity import KeptIdentity
from gateway.server.live import Ending
from gateway.server.serving import Serving, refusal_after_reload
from gateway.server.ws_protocol import (
    SUBPROTOCOL,
    Close,
    CloseCode,
    Event,
    Initialise,
    Refuse,
    Reply,
    ServerProtocol,
    Start,
    Stop,
    close_reason,
)

logger = logging.getLogger(__name__)


class SocketServer:
    """Lets sockets in, or not."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its opening handshake to its end."""
        await receive()  # websocket.connect
        headers = dict(scope["headers"])
        if self._serving.draining or not self._serving.origins.accepts_socket(headers):
            await send({"type": "websocket.close"})  # before the handshake: HTTP 403
            return
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            code, reason = CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, f"Offer {SUBPROTOCOL}"
            await send({"type": "websocket.close", "code": code, "reason": reason})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        socket = Socket(self._serving, scope, receive, send)
        self._serving.live.add(socket)
        try:
            await socket.run()
        finally:
            self._serving.live.remove(socket)


@dataclass(frozen=True, slots=True)
class _Operation:
    """One that runs."""

    request: GraphQLRequest
    context: RequestContext
    task: "asyncio.Task[None]"


class Socket:
    """One open socket; a `LiveConnection`."""

    def __init__(self, serving: Serving, scope: Scope, receive: Receive, send: Send) -> None:
        self._serving = serving
        self._scope = scope
        self._receive = receive
        self._send_message = send
        self._headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self._payload: Mapping[str, object] | None = None
        self._protocol = ServerProtocol(serving.rules)
        self._identity: KeptIdentity | None = None
        self._operations: dict[str, _Operation] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._ping_timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def session_id(self) -> str | None:
        """The session that the socket was opened in."""
        return None if self._identity is None else self._identity.identity.session_id

    def recheck(self) -> None:
        """Ask the exchange again who the client is."""
        if self._identity is not None:
            self._identity.renew()

    def end(self, ending: Ending) -> None:
        """Close with 4403 where the session has ended; else complete everything, then 1001."""
        if ending is Ending.SESSION_ENDED:
            self._spawn(self._close(Close(CloseCode.FORBIDDEN, "Forbidden: session ended")))
        else:
            self._spawn(self._go_away())

    def engine_replaced(self) -> None:
        """End the subscriptions that the new engine refuses, each with an error."""
        for operation_id, operation in list(self._operations.items()):
            errors = refusal_after_reload(self._serving.engine, operation.request)
            if errors and operation_id in self._protocol.active:
                operation.task.cancel()
                self._spawn(self._send(self._protocol.error(operation_id, errors)))

    async def run(self) -> None:
        """Read frames until the socket is closed, then end what still runs."""
        try:
            async with asyncio.timeout(
                self._serving.settings.websocket_init_timeout_seconds
            ) as initialisation:
                while not self._closed:
                    message = await self._receive()
                    if message["type"] == "websocket.disconnect":
                        break
                    await self._handle(self._event(message.get("text")))
                    if self._protocol.acknowledged:
                        initialisation.reschedule(None)
        except TimeoutError:
            reason = "Connection initialisation timeout"
            await self._close(Close(CloseCode.INITIALISATION_TIMEOUT, reason))
        finally:
            await self._clean_up()

    def _event(self, text: str | None) -> Event:
        if text is None:
            return Close(CloseCode.BAD_MESSAGE, "Invalid message: send text, not binary")
        return self._protocol.receive(text)

    async def _handle(self, event: Event) -> None:
        match event:
            case None:
                pass
            case Reply(text):
                await self._send(text)
            case Close():
                await self._close(event)
            case Initialise(payload):
                await self._initialise(payload)
            case Refuse(operation_id, errors):
                await self._send(self._protocol.error(operation_id, errors))
            case Start(operation_id, request):
                await self._start(operation_id, request)
            case Stop(operation_id):
                operation = self._operations.pop(operation_id, None)
                if operation is not None:
                    operation.task.cancel()

    async def _initialise(self, payload: Mapping[str, object] | None) -> None:
        self._payload = payload
        try:
            identity = await self._identify()
        except Unrecognised:
            await self._close(Close(CloseCode.FORBIDDEN, "Forbidden: unknown or expired token"))
            return
        except IdentityUnavailable:
            await self._close(Close(CloseCode.TRY_AGAIN_LATER, "Identity cannot be checked now"))
            return
        self._identity = KeptIdentity(
            identity, self._identify, self._renewed, lambda: self.end(Ending.SESSION_ENDED)
        )
        await self._send(self._protocol.acknowledge())
        self._schedule_ping()

    async def _identify(self) -> Identity:
        return await self._serving.callers.of_socket(self._headers, self._payload)

    async def _start(self, operation_id: str, request: GraphQLRequest) -> None:
        if self._identity is None:
            raise RuntimeError("the protocol starts operations only after connection_init")
        limit = self._serving.settings.websocket_operations
        if len(self._operations) >= limit:
            refused = LimitExceeded.because(
                f"This socket runs {limit} operations, the most allowed; complete one first."
            )
            await self._send(self._protocol.error(operation_id, refused.errors))
            return
        context = RequestContext(self._headers_for(self._identity.identity))
        task = asyncio.create_task(self._operate(operation_id, request, context))
        self._operations[operation_id] = _Operation(request, context, task)
        task.add_done_callback(lambda done: self._ended(operation_id, done))

    def _ended(self, operation_id: str, task: "asyncio.Task[None]") -> None:
        # The id may be in use again: the client completes and subscribes anew at will.
        operation = self._operations.get(operation_id)
        if operation is not None and operation.task is task:
            del self._operations[operation_id]

    async def _operate(
        self, operation_id: str, request: GraphQLRequest, context: RequestContext
    ) -> None:
        try:
            await self._answer(operation_id, request, context)
        except RequestRefused as refused:
            await self._send(self._protocol.error(operation_id, refused.errors))
        except Exception:
            request_id = request_id_of(self._headers)
            logger.exception("request %s failed on a socket", request_id)
            errors = [internal_error(request_id)]
            await self._send(self._protocol.error(operation_id, errors))

    async def _answer(
        self, operation_id: str, request: GraphQLRequest, context: RequestContext
    ) -> None:
        serving = self._serving
        if self._identity is not None:
            serving.admit(self._scope, self._headers, self._identity.identity)
        engine = serving.engine
        match serving.prepare(request).kind:
            case OperationKind.SUBSCRIPTION:
                async with contextlib.aclosing(engine.subscribe(request, context)) as answers:
                    async for answer in answers:
                        await self._send_answer(operation_id, answer)
            case OperationKind.QUERY:
                context.deadline = self._deadline()
                await self._send_answer(operation_id, await engine.execute(request, context))
            case OperationKind.MUTATION:
                context.deadline = self._deadline()
                answer = await serving.execute_to_its_end(request, context)
                await self._send_answer(operation_id, answer)
        await self._send(self._protocol.complete(operation_id))

    def _deadline(self) -> float:
        now = asyncio.get_running_loop().time()
        return now + self._serving.settings.request_timeout_seconds

    async def _send_answer(self, operation_id: str, answer: Answer) -> None:
        if answer.kind is AnswerKind.REQUEST_ERROR:
            errors: list[FormattedError] = orjson.loads(answer.body)["errors"]
            await self._send(self._protocol.error(operation_id, errors))
        else:
            await self._send(self._protocol.next(operation_id, answer.body))

    async def _send(self, text: str | None) -> None:
        if text is None or self._closed:
            return
        try:
            await self._send_message({"type": "websocket.send", "text": text})
        except OSError:  # ASGI's way to say that the client has gone; the reader sees it too
            self._closed = True

    async def _close(self, close: Close) -> None:
        if self._closed:
            return
        self._closed = True
        message = {"code": close.code, "reason": close_reason(close.reason)}
        with contextlib.suppress(OSError):  # gone already
            await self._send_message({"type": "websocket.close", **message})

    async def _go_away(self) -> None:
        for operation_id in list(self._operations):
            await self._send(self._protocol.complete(operation_id))
        await self._close(Close(CloseCode.GOING_AWAY, "Going away: the server is stopping"))

    def _schedule_ping(self) -> None:
        interval = self._serving.settings.websocket_ping_seconds
        self._ping_timer = asyncio.get_running_loop().call_later(interval, self._ping)

    def _ping(self) -> None:
        self._spawn(self._send(self._protocol.ping()))
        self._schedule_ping()

    def _renewed(self, identity: Identity) -> None:
        headers = self._headers_for(identity)
        for operation in self._operations.values():
            operation.context.headers = headers

    def _headers_for(self, identity: Identity) -> tuple[tuple[bytes, bytes], ...]:
        return self._serving.callers.headers_for_subgraphs(self._scope["headers"], identity)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _clean_up(self) -> None:
        self._closed = True
        if self._ping_timer is not None:
            self._ping_timer.cancel()
        if self._identity is not None:
            self._identity.close()
        tasks = [*(each.task for each in self._operations.values()), *self._background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
