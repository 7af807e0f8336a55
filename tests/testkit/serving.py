"""An ASGI application in, its base URL on a real socket out."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from shared.serve import embedded_server


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """`app` served on loopback for the length of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = embedded_server(app, "127.0.0.1", 0)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
