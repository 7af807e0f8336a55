"""Is it ready? Small questions over loopback, without a client library's start-up cost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from deploy.local.ports import LOOPBACK

Check: TypeAlias = Callable[[], Awaitable[bool]]
_TIMEOUT_SECONDS = 3.0


def answers_ok(port: int, path: str) -> Check:
    """Asks GET `path` on a loopback port; yes is status 200."""

    async def check() -> bool:
        status = await _status(port, path)
        return status == 200

    return check


def listens(port: int) -> Check:
    """Asks whether a loopback port takes connections."""

    async def check() -> bool:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                _, writer = await asyncio.open_connection(LOOPBACK, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    return check


async def _status(port: int, path: str) -> int | None:
    request = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(request.encode())
                first_line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    parts = first_line.split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
