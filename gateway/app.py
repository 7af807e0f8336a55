"""The composition root: settings in; the application, with everything that it owns, out.

    config or supergraph file → supergraph SDL → snapshot → pipeline → server

All of it is built before anything listens, so a supergraph that is wrong stops the start. The
application's lifespan opens and closes the clients.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette

from gateway.errors import IdentityUnavailable
from gateway.reload import Reloader, Transports
from gateway.server.identity import IdentityExchange
from gateway.server.revocations import follow_revocations
from gateway.server.routes import GatewayApp, build_app
from gateway.server.serving import serving_of
from gateway.settings import Settings
from gateway.transport.base import Transport

EXCHANGE_RETRY_SECONDS = 0.5


def create_app(settings: Settings, own: Mapping[str, Transport] | None = None) -> GatewayApp:
    """The application. Raises GatewayError where config, subgraphs or supergraph are wrong.

    `own` are transports by subgraph name, for instance `InProcessTransport` to an ASGI app that
    runs in this process; they belong to the caller.
    """
    transports = Transports(settings, own)
    reloader = Reloader(settings, transports)
    client = httpx.AsyncClient()
    exchange = IdentityExchange(settings, client) if settings.session_exchange_url else None
    serving = serving_of(settings, reloader.pipeline, exchange)
    reached = asyncio.Event()
    serving.metrics.add_gauges(
        {
            "gateway_schema_reload_failed": (
                "1 while the newest supergraph cannot be served and an older one is.",
                lambda: reloader.failed,
            )
        }
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        work: list[Coroutine[None, None, None]] = []
        if settings.watch:
            work.append(reloader.watch(serving))
        if exchange is not None:
            work.append(_reach(exchange, reached))
            if settings.revocation_feed_url is not None:
                url = settings.revocation_feed_url
                work.append(follow_revocations(url, client, exchange, serving.live))
        async with client, _running(work):
            yield
        await transports.aclose()

    checks = {} if exchange is None else {"session_exchange": reached.is_set}
    return build_app(serving, checks, lifespan)


@asynccontextmanager
async def _running(work: Sequence[Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Run `work` beside the requests, and end it with them."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _reach(exchange: IdentityExchange, reached: asyncio.Event) -> None:
    """Set `reached` once the exchange has answered."""
    while not reached.is_set():
        with contextlib.suppress(IdentityUnavailable):
            await exchange.identify(None)
            reached.set()
            return
        await asyncio.sleep(EXCHANGE_RETRY_SECONDS)
