"""A PostgreSQL URL and callbacks in; each NOTIFY calls its channel's callback, for ever.

One connection of its own, outside any pool. It is tested every few seconds and replaced when
it is gone, half-open included; what was notified meanwhile is lost, which `connected` tells.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import asyncpg

from shared.db import CONNECT_TIMEOUT_SECONDS, asyncpg_dsn
from shared.outage import Outage

logger = logging.getLogger(__name__)

Callback: TypeAlias = Callable[[str], None]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What talking to a PostgreSQL that is away, or going away, can raise."""

PING_SECONDS = 5.0
RECONNECT_SECONDS = 0.5
CLOSE_SECONDS = 1.0


async def open_connection(url: str) -> Connection:
    """A connection for a long-lived role. Raises one of CONNECTION_ERRORS.

    The server ends it 20 s after its client's machine has vanished, and with it its locks.
    """
    connection: Connection = await asyncpg.connect(
        asyncpg_dsn(url),
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=30,
        server_settings={
            "timezone": "UTC",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "2",
        },
    )
    return connection


async def close_connection(connection: Connection) -> None:
    """Close, or cut when the server does not answer; never raises a connection error."""
    try:
        await connection.close(timeout=CLOSE_SECONDS)
    except CONNECTION_ERRORS:
        connection.terminate()


async def listen(
    url: str, channels: Mapping[str, Callback], on_connect: Callable[[], None] = lambda: None
) -> None:
    """LISTEN on `channels` until cancelled; `on_connect` is called after each (re)connect."""
    outage = Outage(f"the source of notifications ({', '.join(channels)})", logger)

    def connected() -> None:
        outage.over()
        on_connect()

    while True:
        try:
            await _listen_once(url, channels, connected)
        except CONNECTION_ERRORS as error:
            outage.noticed(error)
        await asyncio.sleep(RECONNECT_SECONDS)


async def _listen_once(
    url: str, channels: Mapping[str, Callback], on_connect: Callable[[], None]
) -> None:
    connection = await open_connection(url)
    try:
        for channel, callback in channels.items():
            await connection.add_listener(channel, _payload_only(callback))
        on_connect()
        while True:
            await asyncio.sleep(PING_SECONDS)
            await connection.execute("SELECT 1", timeout=PING_SECONDS)
    finally:
        await close_connection(connection)


def _payload_only(callback: Callback) -> Callable[..., None]:
    def receive(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
        callback(str(payload))

    return receive
