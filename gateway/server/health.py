"""`/health/live` and `/health/ready`: whether to restart this process, whether to send to it."""

from collections.abc import Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Checks = Mapping[str, Callable[[], bool]]
"""By name; True is well. They look at what is known and ask nobody."""


def health_routes(checks: Checks) -> list[Route]:
    """The two routes; ready is 503 while a check fails, and says which."""

    async def live(request: Request) -> Response:
        return _response(200, {"status": "live"})

    async def ready(request: Request) -> Response:
        results = {name: check() for name, check in checks.items()}
        is_ready = all(results.values())
        status = "ready" if is_ready else "not ready"
        return _response(200 if is_ready else 503, {"status": status, "checks": results})

    return [Route("/health/live", live), Route("/health/ready", ready)]


def _response(status: int, content: object) -> Response:
    return Response(
        orjson.dumps(content),
        status,
        headers={"content-type": "application/json", "cache-control": "no-store"},
    )
