"""A client's opaque token in; the headers that tell subgraphs who is asking, out.

The token is exchanged for a short-lived signed one: `POST session_exchange_url` with the opaque
token as bearer (or none: an anonymous caller) answers `{"accessToken", "expiresIn", "subject",
"sessionId"}`. Answers are cached up to a bound in number and time; one exchange runs per token
however many requests wait for it. Without an exchange the client's own header is passed on.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from time import monotonic

import httpx

from gateway.errors import IdentityUnavailable
from gateway.server.identity import Identity
from gateway.settings import Settings

EXPIRY_MARGIN_SECONDS = 5.0


class IdentityExchange:
    """The cache in front of the session exchange; `client` is closed by its owner."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        if settings.session_exchange_url is None:
            raise ValueError("session_exchange_url is not set")
        self._url = settings.session_exchange_url
        self._client = client
        self._cache_seconds = settings.session_cache_seconds
        self._entries = settings.session_cache_entries
        self._timeout_seconds = settings.session_exchange_timeout_seconds
        self._cache: OrderedDict[str | None, Identity] = OrderedDict()
        self._running: dict[str | None, asyncio.Task[Identity]] = {}
        self._endings = 0

    def cached(self, token: str | None) -> Identity | None:
        """The identity behind `token` when it is known and still valid."""
        identity = self._cache.get(token)
        if identity is None or identity.valid_until <= monotonic():
            return None
        return identity

    async def identify(self, token: str | None) -> Identity:
        """The identity behind `token`; raises IdentityUnavailable when the exchange fails."""
        identity = self.cached(token)
        if identity is not None:
            return identity
        task = self._running.get(token)
        if task is None:
            task = asyncio.create_task(self._exchange(token))
            self._running[token] = task
            task.add_done_callback(lambda done: self._finished(token, done))
        # One client that leaves must not take the exchange from the others.
        return await asyncio.shield(task)

    def forget(self, session_id: str) -> None:
        """Drop what is known of a session that has ended."""
        self._endings += 1
        ended = [t for t, identity in self._cache.items() if identity.session_id == session_id]
        for token in ended:
            del self._cache[token]

    def forget_all(self) -> None:
        """Drop everything: endings of sessions may have been missed."""
        self._endings += 1
        self._cache.clear()

    def _finished(self, token: str | None, task: "asyncio.Task[Identity]") -> None:
        self._running.pop(token, None)
        if not task.cancelled():
            task.exception()  # whoever waits raises it; nobody may be waiting

    async def _exchange(self, token: str | None) -> Identity:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        endings = self._endings
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._client.post(self._url, headers=headers)
                response.raise_for_status()
                identity = self._read(response.json())
        except (httpx.HTTPError, TimeoutError, ValueError, LookupError, TypeError) as error:
            raise IdentityUnavailable.because(
                "Who is asking cannot be checked at the moment; try again shortly."
            ) from error
        if endings != self._endings:
            return identity  # it may be of a session that ended meanwhile: used once, not kept
        self._cache[token] = identity
        self._cache.move_to_end(token)
        while len(self._cache) > self._entries:
            self._cache.popitem(last=False)
        return identity

    def _read(self, answer: Mapping[str, object]) -> Identity:
        access_token, expires_in = answer["accessToken"], answer["expiresIn"]
        subject, session_id = answer.get("subject"), answer.get("sessionId")
        if not isinstance(access_token, str) or not isinstance(expires_in, int | float):
            raise TypeError("the exchange's answer has no accessToken or expiresIn")
        lifetime = min(self._cache_seconds, expires_in - EXPIRY_MARGIN_SECONDS)
        return Identity(
            authorization=b"Bearer " + access_token.encode("ascii"),
            subject=subject if isinstance(subject, str) else None,
            session_id=session_id if isinstance(session_id, str) else None,
            valid_until=monotonic() + lifetime,
        )
