"""What every connection works with: one value, made by the composition root."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.errors import (
    FormattedError,
    RequestRefused,
    SubscriptionOutdated,
    ValidationFailed,
)
from gateway.execution.exchange import Answer, GraphQLRequest, RequestContext
from gateway.server.browser import Origins
from gateway.server.call import Scope
from gateway.server.callers import Callers
from gateway.server.documents import Documents
from gateway.server.engine import Engine, Prepared
from gateway.server.http_request import RequestRules
from gateway.server.identity import Identity
from gateway.server.live import LiveConnections
from gateway.server.metrics import Metrics
from gateway.server.rate_limit import RateLimit
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.server.identity_exchange import IdentityExchange


@dataclass(slots=True)
class Serving:
    """`engine` is replaced whole when the schema is reloaded; what runs finishes on the old one."""

    settings: Settings
    engine: Engine
    callers: Callers
    origins: Origins
    rules: RequestRules
    rate_limit: RateLimit
    live: LiveConnections = field(default_factory=LiveConnections)
    metrics: Metrics = field(default_factory=Metrics)
    draining: bool = False
    """Set first when the process is to stop: no longer ready, no new sockets."""
    _mutations: set[asyncio.Task[Answer]] = field(default_factory=set)

    def admit(self, scope: Scope, headers: Mapping[bytes, bytes], identity: Identity) -> None:
        """Count an operation of this client. Raises RateLimited."""
        if self.rate_limit.is_on:
            client = self.rate_limit.client_of(scope, headers, identity)
            self.rate_limit.take(client, asyncio.get_running_loop().time())

    def prepare(self, request: GraphQLRequest) -> Prepared:
        """The prepared operation; a document that is valid is known by its hash from now on."""
        prepared = self.engine.prepare(request)
        if not self.settings.introspection and prepared.plan.introspection is not None:
            raise ValidationFailed.because(
                "Introspection is switched off here: __schema and __type cannot be asked for."
            )
        if request.extensions:
            self.rules.documents.remember(request.query, request.extensions)
        return prepared

    def replace(self, engine: Engine) -> None:
        """Send new requests to `engine`, and end the subscriptions that it does not allow."""
        self.engine = engine
        self.live.engine_replaced()

    async def execute_to_its_end(self, request: GraphQLRequest, context: RequestContext) -> Answer:
        """Run what is to be finished even when its client leaves meanwhile: a mutation."""
        task = asyncio.create_task(self.engine.execute(request, context))
        self._mutations.add(task)
        task.add_done_callback(self._mutations.discard)
        return await asyncio.shield(task)

    async def finish_mutations(self) -> None:
        """Wait for the mutations whose clients have left."""
        if self._mutations:
            await asyncio.wait(self._mutations, timeout=self.settings.request_timeout_seconds)


def serving_of(settings: Settings, engine: Engine, exchange: "IdentityExchange | None") -> Serving:
    """What `settings` make of it. Raises SettingsError for the manifest of documents."""
    serving = Serving(
        settings,
        engine,
        Callers(settings, exchange),
        Origins(settings),
        RequestRules(settings.max_json_depth, Documents(settings), settings.batch_size),
        RateLimit(settings),
    )
    serving.metrics.add_gauges(
        {
            "gateway_live_connections": (
                "Open sockets and event streams.",
                lambda: len(serving.live),
            ),
            "gateway_draining": (
                "1 while the process is about to end.",
                lambda: serving.draining,
            ),
        }
    )
    return serving


def refusal_after_reload(engine: Engine, request: GraphQLRequest) -> Sequence[FormattedError]:
    """Why a subscription that has been running ends with the engine's replacement; else empty."""
    try:
        engine.prepare(request)
    except RequestRefused as refused:
        reasons = " ".join(str(error["message"]) for error in refused.errors)
        return SubscriptionOutdated.because(
            f"The schema has changed and no longer allows this subscription. {reasons}"
        ).errors
    return ()
