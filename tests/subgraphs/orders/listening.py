"""A graphql-transport-ws client for tests: one socket per subscription."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


@dataclass(frozen=True, slots=True)
class Stream:
    """What one subscription is told."""

    socket: ClientConnection

    async def next(self, within_seconds: float = 5.0) -> Any:
        """The data of the next message. AssertionError for anything else."""
        message = await self.message(within_seconds)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def message(self, within_seconds: float = 5.0) -> Any:
        """The next message, whatever it is."""
        async with asyncio.timeout(within_seconds):
            return json.loads(await self.socket.recv())

    async def silent(self, seconds: float = 0.3) -> bool:
        """Whether nothing comes for so long."""
        try:
            await self.message(seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def subscription(
    url: str, token: str, query: str, variables: Mapping[str, Any] | None = None
) -> AsyncIterator[Stream]:
    """The subscription's stream for the length of the block."""
    address = url.replace("http://", "ws://") + "/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]  # a NewType of str
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await socket.send(json.dumps(init))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": dict(variables or {})}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield Stream(socket)
