"""An ASGI app as a subgraph, without a network."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.transport.base import AnswerRefused, RequestTimedOut
from gateway.transport.headers import OutgoingHeaders
from gateway.transport.in_process import InProcessTransport


async def echo(request: Request) -> Response:
    body = await request.json()
    who = request.headers.get("authorization")
    return JSONResponse({"data": {"query": body["query"], "who": who}})


async def stuck(_request: Request) -> Response:
    await asyncio.sleep(5)
    return Response()


async def broken(_request: Request) -> Response:
    raise RuntimeError("broken")


APP = Starlette(
    routes=[
        Route("/graphql", echo, methods=["POST"]),
        Route("/stuck", stuck, methods=["POST"]),
        Route("/broken", broken, methods=["POST"]),
    ]
)
HEADERS = OutgoingHeaders(((b"authorization", b"me"), (b"host", b"elsewhere")))
BODY = b'{"query":"{x}"}'


async def test_an_asgi_app_answers_as_a_remote_subgraph_would() -> None:
    transport = InProcessTransport(APP)
    response = await transport.request(BODY, HEADERS, None, True)
    assert (response.status, response.body) == (200, b'{"data":{"query":"{x}","who":"me"}}')
    await transport.aclose()


async def test_time_and_failure_of_the_app_are_the_subgraphs() -> None:
    with pytest.raises(RequestTimedOut):
        await InProcessTransport(APP, "/stuck", 0.05).request(BODY, HEADERS, None, True)
    with pytest.raises(AnswerRefused):
        await InProcessTransport(APP, "/broken").request(BODY, HEADERS, None, True)
