"""What every connection works with: one value, made by the composition root."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.errors import FormattedError, RequestRefused, SubscriptionOutdated
from gateway.execution.exchange import Answer, GraphQLRequest, RequestContext
from gateway.server.browser import Origins
from gateway.server.callers import Callers
from gateway.server.engine import Engine
from gateway.server.live import LiveConnections
from gateway.settings import Settings


@dataclass(slots=True)
class Serving:
    """`engine` is replaced whole when the schema is reloaded; what runs finishes on the old one."""

    settings: Settings
    engine: Engine
    callers: Callers
    origins: Origins
    live: LiveConnections = field(default_factory=LiveConnections)
    draining: bool = False
    """Set first when the process is to stop: no longer ready, no new sockets."""
    _mutations: set[asyncio.Task[Answer]] = field(default_factory=set)

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
