"""A changed supergraph on disk in; the running gateway's engine replaced, out.

New requests run on the new engine, running ones finish on the old, and subscriptions stay on their
connections: the old pipeline names its successor, by which each of them is planned anew, and those
that the new schema no longer allows are ended with SUBSCRIPTION_SCHEMA_RELOAD. A supergraph that
cannot be served changes nothing but the log and `failed`.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from gateway.errors import ConfigError, GatewayError
from gateway.federation.supergraph import SupergraphError
from gateway.operation.limits import Limits
from gateway.pipeline import Pipeline, PipelineOptions
from gateway.server.serving import Serving
from gateway.settings import Settings, SubgraphOptions, SubscriptionTransport
from gateway.snapshot import Snapshot, build_snapshot
from gateway.transport import connect
from gateway.transport.base import Transport
from gateway.transport.settings import SubgraphSettings, SubscriptionProtocol

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5

Fingerprint = tuple[tuple[str, int, int], ...]
"""Name, modification time in nanoseconds, size of each file; size -1 where there is none."""


class Transports:
    """The way to each subgraph, kept over reloads for as long as its address stays."""

    def __init__(self, settings: Settings, own: Mapping[str, Transport] | None = None) -> None:
        """`own` are transports by subgraph name that stand in for those to their addresses."""
        self._settings = settings
        self._own = own or {}
        self._open: dict[tuple[str, str], Transport] = {}

    def to(self, snapshot: Snapshot) -> Mapping[str, Transport]:
        """By subgraph name; raises ConfigError for an address that cannot be one, or for options
        of a subgraph that there is not."""
        names = {subgraph.name for subgraph in snapshot.supergraph.subgraphs.values()}
        for name in self._settings.subgraphs:
            if name not in names:
                known = ", ".join(sorted(names))
                raise ConfigError(f"GATEWAY_SUBGRAPHS: there is no {name}; there are {known}")
        return {
            subgraph.name: self._transport(subgraph.name, subgraph.url)
            for subgraph in snapshot.supergraph.subgraphs.values()
        }

    async def close_all_but(self, snapshot: Snapshot) -> None:
        """Close what `snapshot` does not use."""
        used = {(each.name, each.url) for each in snapshot.supergraph.subgraphs.values()}
        unused = [self._open.pop(key) for key in list(self._open) if key not in used]
        await asyncio.gather(*(transport.aclose() for transport in unused))

    async def aclose(self) -> None:
        """Close everything."""
        await asyncio.gather(*(transport.aclose() for transport in self._open.values()))

    def _transport(self, name: str, url: str) -> Transport:
        if name in self._own:
            return self._own[name]
        transport = self._open.get((name, url))
        if transport is None:
            try:
                transport = self._open[name, url] = connect(self._settings_for(name, url))
            except ValueError as error:
                raise ConfigError(f"subgraph {name}: {error}") from None
        return transport

    def _settings_for(self, name: str, url: str) -> SubgraphSettings:
        settings = self._settings
        options = settings.subgraphs.get(name) or SubgraphOptions()
        url = options.routing_url or url
        streams_events = options.subscription_transport is SubscriptionTransport.SSE
        return SubgraphSettings(
            url=url,
            timeout_seconds=options.timeout_seconds or settings.request_timeout_seconds,
            keepalive_seconds=options.keepalive_seconds,
            compression=options.accept_compressed,
            share_identical=settings.share_identical_requests,
            subscription_protocol=(
                SubscriptionProtocol.SSE if streams_events else SubscriptionProtocol.WEBSOCKET
            ),
            websocket_path=options.websocket_path,
        )


class Reloader:
    """Builds engines from the settings' source, the first and every later one."""

    def __init__(self, settings: Settings, transports: Transports) -> None:
        self._settings = settings
        self._transports = transports
        self._fingerprint = self._look()
        self._options = PipelineOptions(
            limits=limits_of(settings),
            operations_kept=settings.operations_kept,
            share_identical=settings.share_identical_queries,
            labels=frozenset(settings.override_labels),
        )
        self.pipeline = self._build(load_supergraph(settings))
        self._nothing_old_runs_at = float("inf")
        self.failed = False
        """Whether the newest supergraph on disk cannot be served."""

    async def watch(self, serving: Serving) -> None:
        """Reload whenever a file of the source changes, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if loop.time() >= self._nothing_old_runs_at:
                self._nothing_old_runs_at = float("inf")
                await self._transports.close_all_but(self.pipeline.snapshot)
            found = self._look()
            if found != self._fingerprint:
                self._fingerprint = found
                await self.reload(serving)

    async def reload(self, serving: Serving) -> None:
        """Serve what is on disk now; the same schema again changes nothing."""
        self.failed = True
        try:
            # In a thread: composing takes long enough to delay requests.
            sdl = await asyncio.to_thread(load_supergraph, self._settings)
            pipeline = await asyncio.to_thread(self._build, sdl)
        except GatewayError as error:
            logger.error("the changed supergraph cannot be served, the old one stays:\n%s", error)
            return
        except Exception:  # a fault of ours in composing must not end the watch either
            logger.exception("the changed supergraph cannot be served, the old one stays")
            return
        self.failed = False
        old = self.pipeline
        if pipeline.snapshot.id == old.snapshot.id:
            return
        self.pipeline = pipeline
        old.replaced_by = pipeline
        serving.replace(pipeline)
        logger.info("serving a new supergraph, %s", pipeline.snapshot.id[:12])
        now = asyncio.get_running_loop().time()
        self._nothing_old_runs_at = now + self._settings.request_timeout_seconds

    def _build(self, sdl: str) -> Pipeline:
        try:
            snapshot = build_snapshot(sdl)
        except SupergraphError as error:
            raise ConfigError(f"the supergraph cannot be served: {error}") from None
        return Pipeline(snapshot, self._transports.to(snapshot), self._options)

    def _look(self) -> Fingerprint:
        return tuple(_stat(path) for path in source_files(self._settings))


def load_supergraph(settings: Settings) -> str:
    """The supergraph SDL that the settings name, composed where they name subgraphs.

    Raises ConfigError, CompositionFailed.
    """
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
    # Imported here: who serves a composed supergraph starts sooner without the composer.
    from gateway.config import compose_config

    return compose_config(settings.config_file, os.environ)


def source_files(settings: Settings) -> tuple[Path, ...]:
    """The files whose change may change the supergraph."""
    if settings.supergraph_file is not None:
        return (settings.supergraph_file,)
    if settings.config_file is None:
        return ()
    from gateway.config import files_of_config

    return files_of_config(settings.config_file, os.environ)


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


def _stat(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (str(path), 0, -1)
    return (str(path), found.st_mtime_ns, found.st_size)
