"""An HTTP call in; its decoded GraphQL request (or batch of them), or an `HttpRefused`, out."""

import asyncio
from collections.abc import Sequence

from gateway.execution.exchange import GraphQLRequest
from gateway.server.call import Call, Message
from gateway.server.disconnects import ClientLeft
from gateway.server.http_request import HttpRefused, RequestRules, decode_get, decode_post
from gateway.settings import Settings

ALLOWED = (b"allow", b"GET, POST, OPTIONS")


class RequestReader:
    """Reads within the bounds of the settings."""

    def __init__(self, settings: Settings, rules: RequestRules) -> None:
        self._rules = rules
        self._max_header_bytes = settings.max_header_bytes
        self._max_body_bytes = settings.max_body_bytes
        self._timeout_seconds = settings.request_timeout_seconds

    async def read(self, call: Call) -> GraphQLRequest | Sequence[GraphQLRequest]:
        """What the client asks. Raises HttpRefused, RequestRefused, ClientLeft."""
        headers = call.headers
        if sum(map(len, headers)) + sum(map(len, headers.values())) > self._max_header_bytes:
            raise HttpRefused(
                431,
                "HEADERS_TOO_LARGE",
                f"The headers have more than {self._max_header_bytes} bytes; send fewer.",
            )
        method = call.scope["method"]
        if method == "POST":
            body = await self._body(call)
            return decode_post(headers.get(b"content-type"), body, self._rules)
        if method == "GET":
            return decode_get(call.scope["query_string"], self._rules)
        raise HttpRefused(
            405, "METHOD_NOT_ALLOWED", f"{method} is not served; send GET or POST.", (ALLOWED,)
        )

    async def _body(self, call: Call) -> bytes:
        encoding = call.headers.get(b"content-encoding", b"identity")
        if encoding != b"identity":
            # Decompressing would let a small request ask for a large memory.
            raise HttpRefused(
                415, "UNSUPPORTED_ENCODING", "Request bodies must be sent uncompressed."
            )
        length = call.headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self._max_body_bytes:
            raise self._too_large()
        message = await call.receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body: bytes = message.get("body", b"")
            if len(body) > self._max_body_bytes:
                raise self._too_large()
            return body
        try:
            async with asyncio.timeout_at(call.started + self._timeout_seconds):
                return await self._rest(call, message)
        except TimeoutError:
            raise HttpRefused(
                408, "BODY_TOO_SLOW", f"The body took over {self._timeout_seconds} s."
            ) from None

    async def _rest(self, call: Call, message: Message) -> bytes:
        body = bytearray()
        while message["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > self._max_body_bytes:
                raise self._too_large()
            if not message.get("more_body"):
                return bytes(body)
            message = await call.receive()
        raise ClientLeft

    def _too_large(self) -> HttpRefused:
        return HttpRefused(
            413,
            "BODY_TOO_LARGE",
            f"The request body has more than {self._max_body_bytes} bytes; send less.",
        )
