"""A subgraph's settings in, its `Transport` out: HTTP requests, WebSocket or SSE streams."""

from collections.abc import AsyncGenerator, Mapping

from gateway.transport.base import Transport
from gateway.transport.headers import OutgoingHeaders
from gateway.transport.http import HttpClient
from gateway.transport.settings import SubgraphSettings, SubscriptionProtocol
from gateway.transport.sharing import SharedTransport
from gateway.transport.sse import SseClient
from gateway.transport.websocket import WebSocketClient


class RemoteTransport(HttpClient):
    """A subgraph behind a URL: its HTTP client, and subscriptions by the protocol it speaks."""

    def __init__(self, settings: SubgraphSettings) -> None:
        super().__init__(settings)
        self._websocket: WebSocketClient | None = None
        self._sse: SseClient | None = None
        if settings.subscription_protocol is SubscriptionProtocol.WEBSOCKET:
            self._websocket = WebSocketClient(settings)
        else:
            self._sse = SseClient(settings)

    def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """As `Transport.subscribe`."""
        client = self._websocket or self._sse
        assert client is not None
        return client.subscribe(request, headers)

    async def aclose(self) -> None:
        """As `Transport.aclose`."""
        await super().aclose()
        if self._websocket is not None:
            await self._websocket.aclose()


def connect(settings: SubgraphSettings) -> Transport:
    """The transport to one subgraph; it connects when it is first used."""
    transport = RemoteTransport(settings)
    return SharedTransport(transport) if settings.share_identical else transport
