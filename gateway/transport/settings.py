"""How one subgraph is reached: plain settings, checked when they are made."""

import ssl
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from gateway.transport.headers import RequestHeaderRules

MEBIBYTE = 1024 * 1024


class SubscriptionProtocol(StrEnum):
    """How a subgraph streams: graphql-transport-ws or text/event-stream."""

    WEBSOCKET = "ws"
    SSE = "sse"


@dataclass(frozen=True, slots=True)
class SubgraphSettings:
    """One subgraph's address, limits and protocol.

    `websocket_path` replaces the path of `url` for subscriptions when it is set.
    `share_identical` sends identical queries that are under way at the same time once.
    `keepalive_seconds` should be below the server's own idle time-out (uvicorn: 5 s).
    """

    url: str
    timeout_seconds: float = 30.0
    connect_timeout_seconds: float = 5.0
    pool_size: int = 256
    keepalive_seconds: float = 4.0
    max_answer_bytes: int = 64 * MEBIBYTE
    compression: bool = False
    share_identical: bool = False
    subscription_protocol: SubscriptionProtocol = SubscriptionProtocol.WEBSOCKET
    websocket_path: str | None = None
    request_headers: RequestHeaderRules | None = None
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"a subgraph's url is http:// or https:// with a host: {self.url!r}")
        if self.timeout_seconds <= 0 or self.pool_size < 1:
            raise ValueError(f"{self.url}: timeout_seconds and pool_size must be positive")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart as the HTTP client needs it."""

    host: str
    port: int
    target: str
    authority: str
    secure: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        """The address that `url` names; the default port is the scheme's."""
        parts = urlsplit(url)
        secure = parts.scheme in ("https", "wss")
        target = parts.path or "/"
        if parts.query:
            target += f"?{parts.query}"
        host = parts.hostname or ""
        port = parts.port or (443 if secure else 80)
        shown = f"[{host}]" if ":" in host else host
        authority = shown if parts.port is None else f"{shown}:{port}"
        return cls(host=host, port=port, target=target, authority=authority, secure=secure)
