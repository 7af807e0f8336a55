"""Subgraphs of a feature on loopback, each request over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.gateway.conformance.feature import Case, Fault
from tests.testkit.data_subgraph import DataSubgraph

NOWHERE = "http://127.0.0.1:1/"
"""Port 1 is nobody's: connecting is refused."""
SLOW_SECONDS = 0.1


def application(subgraphs: Mapping[str, DataSubgraph], case: Case, order: list[str]) -> Starlette:
    """One application with each subgraph at `/<name>`; who is asked is added to `order`."""

    def route(name: str, subgraph: DataSubgraph) -> Route:
        async def answer(request: Request) -> Response:
            order.append(name)
            asked = await request.json()
            if name in case.slow:
                await asyncio.sleep(SLOW_SECONDS)
            if name not in case.faults:
                return JSONResponse(subgraph.answer(asked))
            subgraph.requests.append(asked)
            return await faulty(case.faults[name])

        return Route(f"/{name}", answer, methods=["POST"])

    return Starlette(routes=[route(name, subgraph) for name, subgraph in subgraphs.items()])


async def faulty(fault: Fault) -> Response:
    """The response that a fault stands for."""
    await asyncio.sleep(fault.delay_seconds)
    if fault.text is not None:
        return Response(fault.text, fault.status, media_type=fault.content_type)
    return JSONResponse(fault.answer, fault.status)


@asynccontextmanager
async def serving(
    subgraphs: Mapping[str, DataSubgraph], case: Case, order: list[str]
) -> AsyncIterator[dict[str, str]]:
    """URL by subgraph, while the block runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = application(subgraphs, case, order)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        urls = {name: f"http://127.0.0.1:{port}/{name}" for name in subgraphs}
        down = {name: NOWHERE for name, fault in case.faults.items() if fault.down}
        try:
            yield urls | down
        finally:
            server.should_exit = True
            await task
