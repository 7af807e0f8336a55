"""The users service's plain HTTP endpoints: tokens, keys, revocations.

`POST /internal/token`: an opaque token (or none) as Bearer in, a two-minute JWT out; one that
speaks for nobody when the token is unknown, ended or revoked. Who holds a token may exchange
it: no other secret is shared between the gateway and this service.
`GET /.well-known/jwks.json`: the keys that verify those JWTs.
`GET /internal/revocations`: server-sent events, one per revoked session.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from shared.clock import Clock
from shared.db import Database, is_unavailable
from shared.identity import bearer_token
from shared.live import Hub, Subscription
from subgraphs.users import sessions, tokens
from subgraphs.users.keys import KeyRing

KEEP_ALIVE_SECONDS = 10.0
REMEMBERED = tokens.ACCESS_LIFETIME + timedelta(minutes=1)
"""How far back a new listener is told of revocations: as long as any signed token lives."""


@dataclass(slots=True)
class Endpoints:
    """What the endpoints work with; `end_feeds` is for when the process is to end."""

    database: Database
    keys: KeyRing
    issuer: tokens.Issuer
    hub: Hub
    clock: Clock
    _feeds: set[Subscription] = field(default_factory=set)
    _is_ending: bool = False

    def routes(self) -> list[Route]:
        """The routes to mount."""
        return [
            Route("/internal/token", _answering(self.exchange), methods=["POST"]),
            Route("/internal/revocations", self.revocations),
            Route("/.well-known/jwks.json", _answering(self.published_keys)),
        ]

    async def exchange(self, request: Request) -> Response:
        """The phantom token exchange."""
        token = bearer_token(request.headers.get("authorization"))
        claims = await sessions.exchange(self.database, token)
        now = self.clock.now()
        signed = tokens.sign(claims, await self.keys.signer(now), self.issuer, now)
        return JSONResponse(
            {
                "accessToken": signed,
                "expiresIn": int(tokens.ACCESS_LIFETIME.total_seconds()),
                "subject": _shown(claims.user_id),
                "sessionId": _shown(claims.session_id),
            },
            headers={"cache-control": "no-store"},
        )

    async def published_keys(self, _: Request) -> Response:
        """The JWK set."""
        return JSONResponse(
            await self.keys.published(), headers={"cache-control": "public, max-age=60"}
        )

    async def revocations(self, _: Request) -> Response:
        """The feed; it ends with the connection or the process."""
        return StreamingResponse(
            self.revoked_sessions(),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    async def revoked_sessions(self) -> AsyncIterator[bytes]:
        """First the sessions revoked within REMEMBERED, then each as it is revoked.

        A notification only wakes the feed; the database says which sessions are new, so none
        is missed when notifications are coalesced or lost. A comment keeps the line alive.
        """
        told: frozenset[UUID] = frozenset()
        async with self._attached() as updates:
            yield b": revoked sessions\n\n"
            while not self._is_ending:
                recent = await self._recently_revoked()
                for session_id in recent:
                    if session_id not in told:
                        yield b"data: " + orjson.dumps({"sid": str(session_id)}) + b"\n\n"
                told = frozenset(recent)
                while not await _woken(updates):
                    yield b": still here\n\n"

    def end_feeds(self) -> None:
        """Have all feeds end now; listeners connect again, to whoever serves then."""
        self._is_ending = True
        for updates in self._feeds:
            updates.resync()

    @asynccontextmanager
    async def _attached(self) -> AsyncIterator[Subscription]:
        async with self.hub.subscribe({sessions.REVOCATIONS_TOPIC}) as updates:
            self._feeds.add(updates)
            try:
                yield updates
            finally:
                self._feeds.discard(updates)

    async def _recently_revoked(self) -> Sequence[UUID]:
        async with self.database.reading() as session:
            return await sessions.revoked_since(session, REMEMBERED)


async def _woken(updates: Subscription) -> bool:
    """Whether something was revoked within KEEP_ALIVE_SECONDS."""
    try:
        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
            await anext(updates)
    except TimeoutError:
        return False
    return True


def _answering(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """`endpoint`, answering 503 while the database is away, so that callers try again."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return JSONResponse(
                {"error": "temporarily_unavailable"}, 503, headers={"retry-after": "1"}
            )

    return answer


def _shown(value: UUID | None) -> str | None:
    return None if value is None else str(value)
