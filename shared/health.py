"""Named async checks in, the `/health/live` and `/health/ready` routes out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.bus.base import Bus
from shared.db import Database

logger = logging.getLogger(__name__)

Check: TypeAlias = Callable[[], Awaitable[None]]
"""Returns when its subject is well; raises, with a reason, when it is not."""

CHECK_TIMEOUT_SECONDS = 2.0


class NotReady(Exception):
    """What a check found wrong."""

    code = "NOT_READY"


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    """`/health/live` answers 200 while the process runs; `/health/ready` runs all checks.

    Ready answers 200 or 503 with `{"status": …, "checks": {name: "ok" | reason}}`.
    """

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        names = list(checks)
        reasons = await asyncio.gather(*(_outcome(checks[name]) for name in names))
        failed = any(reason != "ok" for reason in reasons)
        status = "unavailable" if failed else "ok"
        body = {"status": status, "checks": dict(zip(names, reasons, strict=True))}
        return JSONResponse(body, status_code=503 if failed else 200)

    return [Route("/health/live", live), Route("/health/ready", ready)]


def database_check(database: Database) -> Check:
    """Well when the database answers."""

    async def check() -> None:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))

    return check


def bus_check(bus: Bus) -> Check:
    """Well when the broker is connected."""

    async def check() -> None:
        if not bus.connected:
            raise NotReady("the broker is not connected")

    return check


async def _outcome(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await check()
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001  # the edge: a failed check is the answer, not a crash
        logger.warning("readiness check failed: %s", error)
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return "ok"
