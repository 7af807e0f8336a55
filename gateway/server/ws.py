"""Sockets: a WebSocket in, operations run and their frames sent, until either side closes.

`Socket` does the I/O around `ws_protocol`. One task per operation; frames go out as they come, and
a client that does not read stops only its own operations: sending waits for the socket's buffer,
and the queue behind the subscription is bounded where the upstream is fanned out.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping, Sequence

from gateway.errors import FormattedError, IdentityUnavailable
from gateway.execution.exchange import GraphQLRequest
from gateway.server.call import Receive, Scope, Send
from gateway.server.callers import Unrecognised
from gateway.server.identity import Identity
from gateway.server.kept_identity import KeptIdentity
from gateway.server.live import Ending
from gateway.server.operations import Operations
from gateway.server.serving import Serving
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
        except Exception:  # the process edge: logged whole, closed with a code
            logger.exception("a socket failed")
            await send({"type": "websocket.close", "code": CloseCode.INTERNAL_ERROR})
        finally:
            self._serving.live.remove(socket)


class Socket:
    """One open socket; a `LiveConnection`, and the `Output` of its operations."""

    def __init__(self, serving: Serving, scope: Scope, receive: Receive, send: Send) -> None:
        self._serving = serving
        self._scope = scope
        self._receive = receive
        self._send_message = send
        self._headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self._payload: Mapping[str, object] | None = None
        self._protocol = ServerProtocol(serving.rules)
        self._identity: KeptIdentity | None = None
        self._operations = Operations(serving, scope, self)
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
        self._spawn(self._operations.end_outdated())

    async def next(self, operation_id: str, body: bytes) -> None:
        """As `Output.next`."""
        await self._send(self._protocol.next(operation_id, body))

    async def error(self, operation_id: str, errors: Sequence[FormattedError]) -> None:
        """As `Output.error`."""
        await self._send(self._protocol.error(operation_id, errors))

    async def complete(self, operation_id: str) -> None:
        """As `Output.complete`."""
        await self._send(self._protocol.complete(operation_id))

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
                await self.error(operation_id, errors)
            case Start(operation_id, request):
                await self._start(operation_id, request)
            case Stop(operation_id):
                self._operations.stop(operation_id)

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
            identity,
            self._identify,
            self._operations.use_identity,
            lambda: self.end(Ending.SESSION_ENDED),
        )
        await self._send(self._protocol.acknowledge())
        self._schedule_ping()

    async def _identify(self) -> Identity:
        return await self._serving.callers.of_socket(self._headers, self._payload)

    async def _start(self, operation_id: str, request: GraphQLRequest) -> None:
        if self._identity is None:
            raise RuntimeError("the protocol starts operations only after connection_init")
        await self._operations.start(operation_id, request, self._identity.identity)

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
        await self._operations.complete_all()
        await self._close(Close(CloseCode.GOING_AWAY, "Going away: the server is stopping"))

    def _schedule_ping(self) -> None:
        interval = self._serving.settings.websocket_ping_seconds
        self._ping_timer = asyncio.get_running_loop().call_later(interval, self._ping)

    def _ping(self) -> None:
        self._spawn(self._send(self._protocol.ping()))
        self._schedule_ping()

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
        for task in self._background:
            task.cancel()
        await self._operations.aclose()
        await asyncio.gather(*self._background, return_exceptions=True)
