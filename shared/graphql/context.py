"""A connection in, what resolvers need out: who asks, the database, batched loading."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.responses import Response
from strawberry.dataloader import DataLoader

from shared.db import Database
from shared.identity import Identity, InvalidToken, identity_of
from shared.ids import uuid7

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LOADER_BATCH = 500


@dataclass
class Context:
    """One HTTP request, or one WebSocket with all its operations. Services extend it.

    Headers and cookies set on `response` go out with the answer of an HTTP request.
    """

    connection: HTTPConnection
    database: Database
    response: Response = field(default_factory=Response, kw_only=True)
    connection_params: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    _loaders: dict[object, DataLoader[Any, Any]] = field(default_factory=dict, kw_only=True)
    _request_id: str | None = field(default=None, kw_only=True)

    @property
    def identity(self) -> Identity:
        """Who asks. Raises InvalidToken on a socket that was not initialised."""
        identity = identity_of(self.connection)
        if identity is None:
            raise InvalidToken("the connection has no identity yet")
        return identity

    @property
    def user_id(self) -> UUID | None:
        """The signed-in user, None for an anonymous caller."""
        return self.identity.user_id

    @property
    def request_id(self) -> str:
        """The caller's X-Request-Id, or one of our own: the correlation id of what follows."""
        if self._request_id is None:
            sent = self.connection.headers.get("x-request-id", "")
            self._request_id = sent if 0 < len(sent) <= 200 else str(uuid7())
        return self._request_id

    @property
    def traceparent(self) -> str | None:
        """The W3C trace context that the request belongs to."""
        return self.connection.headers.get("traceparent")

    def loader(
        self, load: Callable[[Database, Sequence[K]], Awaitable[Sequence[V]]]
    ) -> DataLoader[K, V]:
        """The loader over `load` (keys in, values in the same order out), one per context.

        On a WebSocket it batches but does not remember: each event must be read afresh.
        """
        loader = self._loaders.get(load)
        if loader is None:
            remembers = self.connection.scope["type"] == "http"
            loader = DataLoader(
                cast("Any", partial(load, self.database)),
                max_batch_size=LOADER_BATCH,
                cache=remembers,
            )
            self._loaders[load] = loader
        return loader
