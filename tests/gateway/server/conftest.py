"""A server on a real socket around the in-test engine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from gateway.server.identity_exchange import IdentityExchange
from gateway.server.process import DrainingServer, server_config
from gateway.server.routes import build_app
from gateway.server.serving import Serving, serving_of
from gateway.settings import Settings
from tests.gateway.server.in_test_engine import InTestEngine


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens."""

    url: str
    engine: InTestEngine
    serving: Serving
    server: DrainingServer
    client: httpx.AsyncClient
    exchange: IdentityExchange | None

    @property
    def ws_url(self) -> str:
        return self.url.replace("http://", "ws://")


Serve = Callable[..., AbstractAsyncContextManager[Running]]


@asynccontextmanager
async def serving_on_socket(**settings: object) -> AsyncIterator[Running]:
    """A gateway's server on a free port; `settings` are those of `Settings`."""
    chosen = Settings.model_validate(settings)
    engine = InTestEngine()
    async with httpx.AsyncClient(timeout=10) as client:
        exchange = IdentityExchange(chosen, client) if chosen.session_exchange_url else None
        serving = serving_of(chosen, engine, exchange)

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            yield

        app = build_app(serving, {}, lifespan)
        config = server_config(app, chosen, "127.0.0.1", 0)
        server = DrainingServer(config, serving)
        async with running(server) as port:
            url = f"http://127.0.0.1:{port}/graphql"
            yield Running(url, engine, serving, server, client, exchange)


@asynccontextmanager
async def running(server: uvicorn.Server) -> AsyncIterator[int]:
    """The port of `server` while it runs in this loop."""
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


def code_of(body: Mapping[str, Any]) -> str:
    """The code of a response's only error."""
    (error,) = body["errors"]
    return str(error["extensions"]["code"])


@pytest.fixture
def serve() -> Serve:
    return serving_on_socket
