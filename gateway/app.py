"""The composition root: settings in; the application, with everything that it owns, out.

    config or supergraph file → supergraph SDL → snapshot → pipeline → server

All of it is built before anything listens, so a supergraph that is wrong stops the start. The
application's lifespan opens and closes the clients.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette

from gateway.errors import IdentityUnavailable
from gateway.reload import Reloader, Transports
from gateway.server.routes import GatewayApp, build_app
from gateway.server.serving import Serving, serving_of
from gateway.settings import Settings
from gateway.transport.base import Transport

logger = logging.getLogger(__name__)

EXCHANGE_RETRY_SECONDS = 0.5


def create_app(settings: Settings, own: Mapping[str, Transport] | None = None) -> GatewayApp:
    """The application. Raises GatewayError where config, subgraphs or supergraph are wrong.

    `own` are transports by subgraph name, for instance `InProcessTransport` to an ASGI app that
    runs in this process; they belong to the caller.
    """
    transports = Transports(settings, own)
    reloader = Reloader(settings, transports)
    session = _Session(settings) if settings.session_exchange_url else None
    exchange = None if session is None else session.exchange
    serving = serving_of(settings, reloader.pipeline, exchange)
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
        work = [reloader.watch(serving)] if settings.watch else []
        async with AsyncExitStack() as stack:
            stack.push_async_callback(transports.aclose)
            if session is not None:
                stack.push_async_callback(session.client.aclose)
                work.extend(session.work(serving))
            await stack.enter_async_context(_running(work))
            stack.push_async_callback(serving.finish_mutations)
            yield

    checks = {} if session is None else {"session_exchange": session.reached.is_set}
    return build_app(serving, checks, lifespan)


class _Session:
    """The session exchange with its HTTP client."""

    def __init__(self, settings: Settings) -> None:
        # Imported here: a gateway without an exchange starts without an HTTP client.
        import httpx

        from gateway.server.identity_exchange import IdentityExchange

        self._settings = settings
        self.client = httpx.AsyncClient()
        self.exchange = IdentityExchange(settings, self.client)
        self.reached = asyncio.Event()

    def work(self, serving: Serving) -> Iterator[Coroutine[None, None, None]]:
        """What has to run beside requests."""
        from gateway.server.revocations import follow_revocations

        yield self._reach()
        url = self._settings.revocation_feed_url
        if url is not None:
            yield follow_revocations(url, self.client, self.exchange, serving.live)

    async def _reach(self) -> None:
        """Set `reached` once the exchange has answered."""
        while not self.reached.is_set():
            with contextlib.suppress(IdentityUnavailable):
                await self.exchange.identify(None)
                self.reached.set()
                return
            await asyncio.sleep(EXCHANGE_RETRY_SECONDS)


@asynccontextmanager
async def _running(work: Sequence[Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Run `work` beside the requests, and end it with them."""
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(_report)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(task: "asyncio.Task[None]") -> None:
    """Say that something that should run as long as the process has ended."""
    if not task.cancelled() and task.exception() is not None:
        logger.error("background work failed: %r", task, exc_info=task.exception())
