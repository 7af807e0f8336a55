"""The whole ASGI application: `/graphql` around Starlette, everything else through it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.server.endpoint import GraphQLEndpoint
from gateway.server.health import Checks, health_routes
from gateway.server.metrics import CONTENT_TYPE
from gateway.server.serving import Serving
from gateway.server.static import static_routes

STREAM_SUFFIX = "/stream"
MIN_COMPRESSED_BYTES = 1_400

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


class GatewayApp(Starlette):
    """Starlette, but a request for the GraphQL path goes straight to its endpoint.

    The middleware stack costs more than everything else that the server does for a small query.
    """

    def __init__(
        self, path: str, endpoint: ASGIApp, routes: list[BaseRoute], lifespan: Lifespan
    ) -> None:
        compression = Middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED_BYTES)
        super().__init__(routes=routes, lifespan=lifespan, middleware=[compression])
        self.paths = (path, path + STREAM_SUFFIX)
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "lifespan" and scope["path"] in self.paths:
            scope["app"] = self
            await self.endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def build_app(serving: Serving, checks: Checks, lifespan: Lifespan) -> GatewayApp:
    """The application for `serving`; `checks` make `/health/ready`, beside not draining."""
    settings = serving.settings
    all_checks = {**checks, "serving": lambda: not serving.draining}
    routes: list[BaseRoute] = [
        *health_routes(all_checks),
        *_metrics_routes(serving),
        *static_routes(settings.static_dir, settings.playground_dir),
    ]
    app = GatewayApp(settings.path, GraphQLEndpoint(serving), routes, lifespan)
    app.state.serving = serving
    return app


def _metrics_routes(serving: Serving) -> list[BaseRoute]:
    if serving.settings.metrics_path is None:
        return []

    async def metrics(request: Request) -> Response:
        return Response(serving.metrics.text(), headers={"content-type": CONTENT_TYPE})

    return [Route(serving.settings.metrics_path, metrics)]
