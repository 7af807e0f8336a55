"""A request's body, read whole: its bytes, or an `HttpRefused`, out."""

import asyncio

from gateway.server.call import Call, Message
from gateway.server.disconnects import ClientLeft
from gateway.server.http_request import HttpRefused


async def read_body(call: Call, max_bytes: int, timeout_seconds: float) -> bytes:
    """The body of `call`, at most `max_bytes`, whole within `timeout_seconds` of its start.

    Raises HttpRefused (408, 413, 415), and ClientLeft.
    """
    encoding = call.headers.get(b"content-encoding", b"identity")
    if encoding != b"identity":
        # Decompressing would let a small request ask for a large memory.
        raise HttpRefused(415, "UNSUPPORTED_ENCODING", "Request bodies must be sent uncompressed.")
    length = call.headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > max_bytes:
        raise _too_large(max_bytes)
    message = await call.receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        return body
    try:
        async with asyncio.timeout_at(call.started + timeout_seconds):
            return await _rest(call, message, max_bytes)
    except TimeoutError:
        raise HttpRefused(
            408, "BODY_TOO_SLOW", f"The body took over {timeout_seconds} s."
        ) from None


async def _rest(call: Call, message: Message, max_bytes: int) -> bytes:
    body = bytearray()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        if not message.get("more_body"):
            return bytes(body)
        message = await call.receive()
    raise ClientLeft


def _too_large(max_bytes: int) -> HttpRefused:
    return HttpRefused(
        413, "BODY_TOO_LARGE", f"The request body has more than {max_bytes} bytes; send less."
    )
