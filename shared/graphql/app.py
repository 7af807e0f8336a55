"""A schema and a context in, the ASGI application of a service out.

`/graphql` takes POSTed JSON and the graphql-transport-ws subprotocol, from callers with a
service token alone. No IDE, no GET, no batches, no uploads: a gateway is the only client.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import orjson
from cross_web import HTTPException
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from shared import trace
from shared.graphql.context import Context
from shared.health import Check, health_routes
from shared.identity import (
    IdentityError,
    ServiceTokenGuard,
    Verifier,
    bearer_token,
    identity_of,
    require_service_token,
)
from shared.trace import Trace

MAX_BODY_BYTES = 2 * 1024 * 1024
INIT_TIMEOUT = timedelta(seconds=3)
MAX_OPERATIONS_PER_SOCKET = 10_000
"""A gateway multiplexes its clients over one socket."""

ContextFactory: TypeAlias = Callable[[HTTPConnection], Context]
Lifespan: TypeAlias = Callable[[Starlette], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _no_lifespan(_: Starlette) -> AsyncIterator[None]:
    yield


@dataclass(frozen=True, slots=True)
class GraphQLService:
    """What makes one service's web process."""

    schema: BaseSchema
    context: ContextFactory
    verifier: Verifier
    checks: Mapping[str, Check] = field(default_factory=dict)
    routes: Sequence[BaseRoute] = ()
    lifespan: Lifespan = _no_lifespan


def service_app(service: GraphQLService) -> Starlette:
    """`/graphql`, `/health/live`, `/health/ready`, and the service's own routes."""
    endpoint = graphql_app(service.schema, service.context, service.verifier)
    return Starlette(
        routes=[
            Route("/graphql", endpoint, methods=["POST"]),
            WebSocketRoute("/graphql", endpoint),
            *health_routes(service.checks),
            *service.routes,
        ],
        lifespan=service.lifespan,
        max_body_size=MAX_BODY_BYTES,
    )


def graphql_app(
    schema: BaseSchema, context: ContextFactory, verifier: Verifier
) -> ServiceTokenGuard:
    """The guarded GraphQL endpoint alone."""
    return require_service_token(_GraphQLApp(schema, context, verifier), verifier)


class _TextFrames(ASGIWebSocketAdapter):
    """The subprotocol's messages are text, and orjson makes bytes."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error


class _GraphQLApp(GraphQL[Context, None]):
    websocket_adapter_class = _TextFrames

    def __init__(self, schema: BaseSchema, context: ContextFactory, verifier: Verifier) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_OPERATIONS_PER_SOCKET,
        )
        self._make_context = context
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive=receive, send=send))
            return
        try:
            response = await self.run(Request(scope, receive=receive))
        except HTTPException as error:
            response = _bad_request(error.reason, error.status_code)
        await response(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        context = self._make_context(request)
        if isinstance(response, Response):
            context.response = response
        trace.begin(Trace(context.request_id, traceparent=context.traceparent))
        return context

    async def on_ws_connect(self, context: Context) -> UnsetType:
        """Accept a socket whose upgrade or `connection_init` brought a valid service token."""
        if identity_of(context.connection) is None:
            sent = {str(key).lower(): value for key, value in context.connection_params.items()}
            token = bearer_token(sent.get("authorization"))
            try:
                identity = await self._verifier.verify(token or "")
            except IdentityError as error:
                raise ConnectionRejectionError from error
            context.connection.scope["identity"] = identity
        return UnsetType()

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def parse_json(self, data: str | bytes) -> Any:
        """An HTTP body without NUL characters, which PostgreSQL's text cannot hold."""
        body = data.encode() if isinstance(data, str) else data
        if b"\\u0000" in body:
            raise HTTPException(400, "NUL characters are not allowed")
        return super().parse_json(body)

    def decode_json(self, data: str | bytes) -> Any:
        """A JSON object or list. Raises json.JSONDecodeError for anything else."""
        value = orjson.loads(data)
        if not isinstance(value, dict | list):
            raise orjson.JSONDecodeError("neither an object nor a list", str(data)[:100], 0)
        return value


def _bad_request(reason: str, status: int) -> Response:
    error = {"message": reason, "extensions": {"code": "BAD_REQUEST"}}
    return Response(orjson.dumps({"errors": [error]}), status, media_type="application/json")
