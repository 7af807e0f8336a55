"""Subgraphs of a feature on loopback, each request over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.testkit.data_subgraph import DataSubgraph


def application(subgraphs: Mapping[str, DataSubgraph]) -> Starlette:
    """One application with each subgraph at `/<name>`."""

    def route(name: str, subgraph: DataSubgraph) -> Route:
        async def answer(request: Request) -> JSONResponse:
            return JSONResponse(subgraph.answer(await request.json()))

        return Route(f"/{name}", answer, methods=["POST"])

    return Starlette(routes=[route(name, subgraph) for name, subgraph in subgraphs.items()])


@asynccontextmanager
async def serving(subgraphs: Mapping[str, DataSubgraph]) -> AsyncIterator[dict[str, str]]:
    """URL by subgraph, while the block runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(application(subgraphs), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield {name: f"http://127.0.0.1:{port}/{name}" for name in subgraphs}
        finally:
            server.should_exit = True
            await task
