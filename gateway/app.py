"""The composition root: settings in; the application, with everything that it owns, out.

    config or supergraph file → supergraph SDL → snapshot → pipeline → server

All of it is built before anything listens, so a supergraph that is wrong stops the start. The
application's lifespan opens and closes the clients.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette

from gateway.config import compose_config
from gateway.errors import ConfigError, IdentityUnavailable
from gateway.federation.supergraph import SupergraphError
from gateway.operation.limits import Limits
from gateway.pipeline import Pipeline, PipelineOptions
from gateway.server.browser import Origins
from gateway.server.callers import Callers
from gateway.server.identity import IdentityExchange
from gateway.server.revocations import follow_revocations
from gateway.server.routes import GatewayApp, build_app
from gateway.server.serving import Serving
from gateway.settings import Settings
from gateway.snapshot import Snapshot, build_snapshot
from gateway.transport import connect
from gateway.transport.base import Transport
from gateway.transport.settings import SubgraphSettings

EXCHANGE_RETRY_SECONDS = 0.5


def create_app(settings: Settings) -> GatewayApp:
    """The application. Raises GatewayError where config, subgraphs or supergraph are wrong."""
    snapshot = _snapshot_of(supergraph_of(settings))
    transports = _transports_of(snapshot)
    pipeline = Pipeline(snapshot, transports, PipelineOptions(limits=limits_of(settings)))
    client = httpx.AsyncClient()
    exchange = IdentityExchange(settings, client) if settings.session_exchange_url else None
    serving = Serving(settings, pipeline, Callers(settings, exchange), Origins(settings))
    reached = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with client, _background(serving, exchange, client, reached):
            try:
                yield
            finally:
                await asyncio.gather(*(each.aclose() for each in transports.values()))

    checks = {} if exchange is None else {"session_exchange": reached.is_set}
    return build_app(serving, checks, lifespan)


def supergraph_of(settings: Settings) -> str:
    """The supergraph SDL that the settings name, composed where they name subgraphs."""
    if settings.supergraph_file is not None:
        try:
            return settings.supergraph_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{settings.supergraph_file}: cannot be read: {error}") from None
    if settings.config_file is None:
        raise ConfigError(
            "nothing to serve: set GATEWAY_SUPERGRAPH_FILE or GATEWAY_CONFIG_FILE, "
            "or give --supergraph or --config"
        )
    return compose_config(settings.config_file, os.environ)


def _snapshot_of(supergraph_sdl: str) -> Snapshot:
    try:
        return build_snapshot(supergraph_sdl)
    except SupergraphError as error:
        raise ConfigError(f"the supergraph cannot be served: {error}") from None


def _transports_of(snapshot: Snapshot) -> dict[str, Transport]:
    transports = {}
    for subgraph in snapshot.supergraph.subgraphs.values():
        try:
            transports[subgraph.name] = connect(SubgraphSettings(url=subgraph.url))
        except ValueError as error:
            raise ConfigError(f"subgraph {subgraph.name}: {error}") from None
    return transports


def limits_of(settings: Settings) -> Limits:
    """The limits for documents."""
    return Limits(
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        selections=settings.max_selections,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        directives=settings.max_directives,
    )


@asynccontextmanager
async def _background(
    serving: Serving,
    exchange: IdentityExchange | None,
    client: httpx.AsyncClient,
    reached: asyncio.Event,
) -> AsyncIterator[None]:
    """Run what the identity needs beside requests: the first exchange, the revocation feed."""
    tasks = []
    if exchange is not None:
        tasks.append(asyncio.create_task(_reach(exchange, reached)))
        url = serving.settings.revocation_feed_url
        if url is not None:
            feed = follow_revocations(url, client, exchange, serving.live)
            tasks.append(asyncio.create_task(feed))
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
