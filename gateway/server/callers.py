"""A client's headers (and a socket's payload) in; the headers that subgraphs get, out."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gateway.errors import RequestRefused
from gateway.execution.exchange import Header
from gateway.server.call import Call, Scope
from gateway.server.client_address import address_of
from gateway.server.identity import (
    Identity,
    token_of_headers,
    token_of_payload,
)
from gateway.settings import Settings

if TYPE_CHECKING:  # it needs an HTTP client, and a gateway without an exchange does not
    from gateway.server.identity_exchange import IdentityExchange

AUTHORIZATION = b"authorization"


class Unrecognised(RequestRefused):
    """A socket was opened with a token that nobody signed in with."""

    code = "FORBIDDEN"


class Callers:
    """Applies the rules for request headers, and puts the identity in."""

    def __init__(self, settings: Settings, exchange: "IdentityExchange | None") -> None:
        self._exchange = exchange
        self._cookies = settings.session_cookies
        self._forwarded = _names(settings.forwarded_headers)
        self._with_mutations = _names(settings.mutation_headers)
        self._proxies = settings.trusted_proxies

    def cached(self, headers: Mapping[bytes, bytes]) -> Identity | None:
        """Who sends a request, where that is known without asking; else `of_request` says."""
        if self._exchange is None:
            return Identity(headers.get(AUTHORIZATION))
        return self._exchange.cached(token_of_headers(headers, self._cookies))

    async def of_request(self, headers: Mapping[bytes, bytes]) -> Identity:
        """Who sends a request. Raises IdentityUnavailable."""
        if self._exchange is None:
            return Identity(headers.get(AUTHORIZATION))
        return await self._exchange.identify(token_of_headers(headers, self._cookies))

    async def of_call(self, call: Call) -> Identity:
        """Who sends a call. Raises IdentityUnavailable."""
        return self.cached(call.headers) or await self.of_request(call.headers)

    async def of_socket(
        self, headers: Mapping[bytes, bytes], payload: Mapping[str, object] | None
    ) -> Identity:
        """Who opens a socket: by its `connection_init` payload, else as for a request.

        Raises IdentityUnavailable, or Unrecognised when the payload's token is nobody's: a
        client that says who it is should not find itself anonymous.
        """
        if self._exchange is None:
            return Identity(_authorization_in(payload) or headers.get(AUTHORIZATION))
        token = token_of_payload(payload)
        if token is None:
            return await self.of_request(headers)
        identity = await self._exchange.identify(token)
        if identity.subject is None:
            raise Unrecognised.because("The token is unknown or its session has ended.")
        return identity

    def headers_for_subgraphs(
        self, headers: Iterable[Header], identity: Identity
    ) -> tuple[Header, ...]:
        """The client's headers that the rules let through, and the identity's own."""
        forwarded = self._forwarded
        kept = [header for header in headers if header[0] in forwarded]
        if identity.authorization is not None:
            kept.append((AUTHORIZATION, identity.authorization))
        return tuple(kept)

    def headers_for_mutations(self, scope: Scope) -> tuple[Header, ...]:
        """What a mutation's requests carry besides: headers that tell one client from another.

        On queries and subscriptions they would keep equal ones from being shared.
        """
        headers = tuple(header for header in scope["headers"] if header[0] in self._with_mutations)
        address = address_of(scope, dict(scope["headers"]), self._proxies)
        return (*headers, (b"x-forwarded-for", address.encode("latin-1", "replace")))


def _names(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.lower().encode() for name in names)


def _authorization_in(payload: Mapping[str, object] | None) -> bytes | None:
    for key, value in (payload or {}).items():
        if key.lower() == "authorization" and isinstance(value, str) and value.isprintable():
            return value.encode("utf-8")
    return None
