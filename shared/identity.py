"""A service token in, the caller's `Identity` out; a request without a valid one is refused.

The token is a JWT (RFC 7519), signed with Ed25519 (RFC 8037, RFC 9864) by the users service
for the subgraphs. Its key is looked up by `kid` in the issuer's key set; an unknown `kid`
fetches the set again, so keys can be rotated, but not more often than REFETCH_SECONDS.
"""

import asyncio
import base64
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast
from uuid import UUID

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

ALGORITHM = "Ed25519"
REFETCH_SECONDS = 5.0
FIRST_FETCH_PAUSE_SECONDS = 0.5
KEEP_KEYS_SECONDS = 300.0
FETCH_TIMEOUT_SECONDS = 3.0
REMEMBERED_TOKENS = 4096

FetchKeys: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
"""Answers the issuer's JWK set (RFC 7517). Raises OSError or httpx.HTTPError."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: a user in a session, or nobody in particular (both None)."""

    user_id: UUID | None
    session_id: UUID | None


class IdentityError(Exception):
    """The root of what can be wrong with a service token.

    IdentityError
    ├── InvalidToken       absent, malformed, expired, not for us, not signed by the issuer
    └── KeysUnavailable    the issuer's keys cannot be had, so nothing can be told
    """

    code = "UNAUTHENTICATED_SERVICE_CALL"
    status = 401


class InvalidToken(IdentityError):
    """The token does not prove who calls."""


class KeysUnavailable(IdentityError):
    """No key set was ever fetched, and the issuer does not answer."""

    code = "IDENTITY_UNAVAILABLE"
    status = 503


class Verifier:
    """Verifies service tokens of one issuer for one audience."""

    def __init__(
        self, jwks_url: str, issuer: str, audience: str, fetch_keys: FetchKeys | None = None
    ) -> None:
        self._keys = _KeyCache(fetch_keys or http_keys(jwks_url))
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )
        self._remembered: OrderedDict[str, tuple[float, Identity]] = OrderedDict()

    async def verify(self, token: str) -> Identity:
        """Who the token speaks for. Raises InvalidToken, KeysUnavailable."""
        remembered = self._remembered.get(token)
        if remembered is not None and remembered[0] > time.time():
            return remembered[1]
        keys = await self._keys.containing(_key_id(token))
        try:
            claims = jwt.decode(token, keys, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            identity = Identity(_claimed_id(claims, "sub"), _claimed_id(claims, "sid"))
            expires_at = float(claims["exp"])
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidToken(f"service token refused: {error}") from error
        self._remember(token, expires_at, identity)
        return identity

    async def ready(self) -> None:
        """A readiness check: returns when there are keys. Raises KeysUnavailable."""
        await self._keys.present()

    def _remember(self, token: str, expires_at: float, identity: Identity) -> None:
        """Checking a signature takes longer than most resolvers; a token is sent many times."""
        self._remembered[token] = (expires_at, identity)
        while len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)


class _KeyCache:
    """The issuer's key set: fetched when first needed, when a key is unknown, when it is old."""

    def __init__(self, fetch: FetchKeys) -> None:
        self._fetch = fetch
        self._keys = KeySet([])
        self._key_ids: frozenset[str] = frozenset()
        self._fetched_at = self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def containing(self, key_id: str) -> KeySet:
        """The keys, with `key_id` among them. Raises InvalidToken, KeysUnavailable."""
        if not self._is_fresh_for(key_id):
            async with self._lock:
                if not self._is_fresh_for(key_id):
                    await self._refetch()
        await self.present()
        if key_id not in self._key_ids:
            raise InvalidToken(f"service token signed with an unknown key: {key_id!r}")
        return self._keys

    async def present(self) -> None:
        """Return when there are any keys. Raises KeysUnavailable."""
        if not self._key_ids:
            async with self._lock:
                if not self._key_ids:
                    await self._refetch()
        if not self._key_ids:
            raise KeysUnavailable("the issuer's keys cannot be fetched")

    def _is_fresh_for(self, key_id: str) -> bool:
        is_young = time.monotonic() - self._fetched_at < KEEP_KEYS_SECONDS
        return key_id in self._key_ids and is_young

    async def _refetch(self) -> None:
        """Replace the keys; when that fails, keep the old ones and try again later."""
        pause = REFETCH_SECONDS if self._key_ids else FIRST_FETCH_PAUSE_SECONDS
        if time.monotonic() - self._tried_at < pause:
            return
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_SECONDS):
                found = await self._fetch()
            keys = KeySet.import_key_set(cast("KeySetSerialization", found))
        except (OSError, httpx.HTTPError, TimeoutError, JoseError, ValueError) as error:
            if not self._key_ids:
                raise KeysUnavailable(f"the issuer's keys cannot be fetched: {error}") from error
            return
        finally:
            self._tried_at = time.monotonic()
        self._keys = keys
        self._key_ids = frozenset(key.kid for key in keys if key.kid)
        self._fetched_at = time.monotonic()


def http_keys(jwks_url: str) -> FetchKeys:
    """Fetches the key set from `jwks_url`."""

    async def fetch() -> Mapping[str, Any]:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS) as client:
            response = await client.get(jwks_url)
            response.raise_for_status()
            keys: Mapping[str, Any] = response.json()
            return keys

    return fetch


def bearer_token(value: object) -> str | None:
    """The token in an Authorization value (RFC 6750 section 2.1), None for anything else."""
    if not isinstance(value, str):
        return None
    scheme, _, token = value.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def identity_of(connection: HTTPConnection) -> Identity | None:
    """Who `require_service_token` found; None on a socket that is yet to be initialised."""
    identity: Identity | None = connection.scope.get("identity")
    return identity


def require_service_token(app: ASGIApp, verifier: Verifier) -> "ServiceTokenGuard":
    """`app`, reached only with a valid service token."""
    return ServiceTokenGuard(app, verifier)


class ServiceTokenGuard:
    """An ASGI application that lets through what carries a valid Authorization header.

    A WebSocket without that header passes with no identity: its `connection_init` must bring
    the token (the GraphQL application refuses it with 4403 otherwise).
    """

    def __init__(self, app: ASGIApp, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            header = HTTPConnection(scope).headers.get("authorization")
            try:
                if header is not None or scope["type"] == "http":
                    scope["identity"] = await self._verifier.verify(bearer_token(header) or "")
            except IdentityError as error:
                await _refuse(scope, send, error)
                return
        await self._app(scope, receive, send)


async def _refuse(scope: Scope, send: Send, error: IdentityError) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4403, "reason": error.code})
        return
    problem = {"message": str(error), "extensions": {"code": error.code}}
    body = orjson.dumps({"errors": [problem]})
    headers = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _key_id(token: str) -> str:
    """The `kid` of the token's header, unverified: it only chooses the key."""
    encoded, _, _ = token.partition(".")
    try:
        header = orjson.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError as error:
        raise InvalidToken(f"service token is malformed: {error}") from error
    key_id = header.get("kid") if isinstance(header, dict) else None
    if not isinstance(key_id, str):
        raise InvalidToken("service token names no key")
    return key_id


def _claimed_id(claims: Mapping[str, Any], name: str) -> UUID | None:
    value = claims.get(name)
    return None if value is None else UUID(str(value))
