"""Signing in at an OpenID provider (OpenID Connect Core 1.0): who is it, proved by the provider.

    begin   → the provider's page to go to, with state, nonce and a PKCE challenge (RFC 7636)
    finish  → the code is exchanged with the verifier, the ID token verified: an `OpenIdProfile`

What comes back is believed only if its signature, issuer, audience, expiry and nonce are right.
"""

import asyncio
import hmac
import secrets
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from subgraphs.users.errors import OpenIdRefused
from subgraphs.users.settings import OpenIdProvider

if TYPE_CHECKING:
    import httpx
    from authlib.integrations.httpx_client import AsyncOAuth2Client

TIMEOUT_SECONDS = 10.0
METADATA_SECONDS = 3_600.0
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
"""Asymmetric ones only: neither `none` nor a signature with the client's own secret."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that goes to the provider; all but the URL is for us to remember."""

    authorization_url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back from the provider, with what was remembered for it."""

    code: str
    nonce: str
    code_verifier: str
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class OpenIdProfile:
    """Who the provider says it is."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


class OpenIdClient:
    """Talks to one provider; its metadata and keys are read when first needed."""

    def __init__(self, provider: OpenIdProvider, redirect_uri: str) -> None:
        self.provider = provider
        self._redirect_uri = redirect_uri
        self._metadata: Mapping[str, Any] = {}
        self._read_at = float("-inf")

    async def begin(self) -> Started:
        """Where to send the browser. Raises OpenIdRefused when the provider is away."""
        async with self._client() as client:
            metadata = await self._current_metadata(client)
            nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return Started(url, state, nonce, verifier)

    async def finish(self, returned: Returned) -> OpenIdProfile:
        """Who came back. Raises OpenIdRefused with the reason."""
        if returned.issuer is not None and returned.issuer != self.provider.issuer:
            raise OpenIdRefused(f"the answer is from {returned.issuer!r} (RFC 9207)")
        async with self._client() as client:
            metadata = await self._current_metadata(client)
            token = await client.fetch_token(
                metadata["token_endpoint"],
                code=returned.code,
                code_verifier=returned.code_verifier,
                grant_type="authorization_code",
            )
            claims = await self._verified(client, token.get("id_token"), returned.nonce)
            if "email" not in claims and "userinfo_endpoint" in metadata:
                claims = {**await self._user_info(client, claims["sub"]), **claims}
        return OpenIdProfile(
            issuer=self.provider.issuer,
            subject=claims["sub"],
            email=_text(claims.get("email")),
            email_verified=claims.get("email_verified") in (True, "true"),
            name=_text(claims.get("name")),
        )

    async def _verified(
        self, client: "AsyncOAuth2Client", id_token: object, nonce: str
    ) -> Mapping[str, Any]:
        """The claims of an ID token (Core section 3.1.3.7)."""
        if not isinstance(id_token, str):
            raise OpenIdRefused("the provider sent no ID token")
        metadata = await self._current_metadata(client)
        keys = KeySet.import_key_set(
            cast("KeySetSerialization", await _json(client, metadata["jwks_uri"]))
        )
        claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise OpenIdRefused("the ID token is for another sign-in (nonce)")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(audiences) > 1 and claims.get("azp") != self.provider.client_id:
            raise OpenIdRefused("the ID token was issued to another client (azp)")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise OpenIdRefused("the ID token names nobody (sub)")
        return claims

    async def _user_info(self, client: "AsyncOAuth2Client", subject: str) -> Mapping[str, Any]:
        """More claims (Core section 5.3), if they are of the same person."""
        metadata = await self._current_metadata(client)
        found = _object(await client.get(metadata["userinfo_endpoint"]))
        if found.get("sub") != subject:
            raise OpenIdRefused("the user info is somebody else's (sub)")
        return found

    async def _current_metadata(self, client: "AsyncOAuth2Client") -> Mapping[str, Any]:
        """The provider's configuration (Discovery 1.0), of the issuer we asked."""
        if monotonic() - self._read_at > METADATA_SECONDS:
            url = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = await _json(client, url)
            if metadata.get("issuer") != self.provider.issuer:
                raise OpenIdRefused(f"{url} is of issuer {metadata.get('issuer')!r}")
            self._metadata, self._read_at = metadata, monotonic()
        return self._metadata

    @asynccontextmanager
    async def _client(self) -> AsyncIterator["AsyncOAuth2Client"]:
        """A client for one exchange; whatever goes wrong with it is OpenIdRefused.

        Authlib is imported when somebody first signs in elsewhere: most processes never need
        it, and it warns on import that it would rather have httpx2 than the httpx that is here.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import httpx
            from authlib.common.errors import AuthlibBaseError
            from authlib.integrations.httpx_client import AsyncOAuth2Client
        try:
            async with (
                asyncio.timeout(TIMEOUT_SECONDS),
                AsyncOAuth2Client(
                    self.provider.client_id,
                    self.provider.client_secret.get_secret_value(),
                    scope=self.provider.scope,
                    redirect_uri=self._redirect_uri,
                    code_challenge_method="S256",
                    timeout=TIMEOUT_SECONDS,
                ) as client,
            ):
                yield client
        except (httpx.HTTPError, AuthlibBaseError, JoseError, TimeoutError) as error:
            raise OpenIdRefused(f"{type(error).__name__}: {error}") from error
        except (KeyError, ValueError) as error:
            raise OpenIdRefused(f"the provider's answer is malformed: {error!r}") from error


async def _json(client: "AsyncOAuth2Client", url: str) -> dict[str, Any]:
    response = await client.request("GET", url, withhold_token=True)
    return _object(response)


def _object(response: "httpx.Response") -> dict[str, Any]:
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise OpenIdRefused(f"{response.url} is no JSON object")
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
