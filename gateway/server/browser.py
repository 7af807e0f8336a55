"""What browsers need to be told: CORS headers, and whose sockets are let in.

Cross-site request forgery is stopped before it comes here: a POST has to be JSON (which no form
can send and which makes a browser ask first, see `preflight`), and a GET never mutates.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from gateway.execution.exchange import Header
from gateway.settings import Settings

ANY = "*"
MAX_AGE_SECONDS = b"600"
METHODS = b"GET, POST, PUT, DELETE, OPTIONS"


class Origins:
    """Which web origins may call, and what a browser is told about it."""

    def __init__(self, settings: Settings) -> None:
        allowed = {origin.rstrip("/").lower() for origin in settings.allowed_origins}
        if settings.public_url is not None:
            parts = urlsplit(settings.public_url)
            allowed.add(f"{parts.scheme}://{parts.netloc}".lower())
        self._any = ANY in allowed
        self._listed = frozenset(allowed)

    def accepts_socket(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a WebSocket may be opened: no Origin (no browser), our own, or an allowed one.

        Browsers send cookies along with a foreign page's socket and ask nobody first, so `*`
        opens sockets only to clients that bring no session cookie.
        """
        origin = headers.get(b"origin")
        if origin is None or self._is_own(origin, headers.get(b"host")):
            return True
        return self._is_listed(origin) or (self._any and b"cookie" not in headers)

    def response_headers(self, headers: Mapping[bytes, bytes]) -> tuple[Header, ...]:
        """CORS headers for the answer to a request; none where no browser asks."""
        origin = headers.get(b"origin")
        if origin is None:
            return ()
        if self._is_listed(origin):
            return (
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", b"x-request-id"),
                (b"vary", b"origin"),
            )
        if self._any:
            return ((b"access-control-allow-origin", b"*"),)
        return ((b"vary", b"origin"),)

    def preflight(self, headers: Mapping[bytes, bytes]) -> tuple[Header, ...]:
        """What `OPTIONS` adds to `response_headers`: a browser asks before it sends what no form
        could have sent."""
        origin = headers.get(b"origin")
        if origin is None or not (self._any or self._is_listed(origin)):
            return ((b"allow", METHODS),)
        asked = headers.get(b"access-control-request-headers", b"content-type")
        return (
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", MAX_AGE_SECONDS),
        )

    def _is_listed(self, origin: bytes) -> bool:
        return origin.decode("latin-1").lower() in self._listed

    @staticmethod
    def _is_own(origin: bytes, host: bytes | None) -> bool:
        return host is not None and origin.partition(b"://")[2].lower() == host.lower()
