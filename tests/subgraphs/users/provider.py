"""A small OpenID provider: it checks client, redirect URI and PKCE verifier, each code once."""

import base64
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "foyer"
CLIENT_SECRET = "client secret / with + signs"
REDIRECT_URI = "http://127.0.0.1:8000/auth/callback"


@dataclass
class OpenIdProviderApp:
    """Who is signed in there, and what its ID tokens say instead of the truth."""

    issuer: str
    user: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "ann-there",
            "email": "ann@example.com",
            "email_verified": True,
            "name": "Ann Elsewhere",
        }
    )
    lies: dict[str, Any] = field(default_factory=dict)
    id_token_has_profile: bool = True
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    signing_key: ECKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The provider's application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.configuration),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.user_info),
                Route("/keys", self.keys),
            ]
        )

    async def configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """The user is signed in and agrees at once."""
        asked = dict(request.query_params)
        if (asked["client_id"], asked["redirect_uri"], asked["response_type"]) != (
            CLIENT_ID,
            REDIRECT_URI,
            "code",
        ):
            return JSONResponse({"error": "invalid_request"}, 400)
        if asked.get("code_challenge_method") != "S256" or "openid" not in asked["scope"].split():
            return JSONResponse({"error": "invalid_request"}, 400)
        code = uuid4().hex
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{REDIRECT_URI}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        sent = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        asked = self.codes.pop(sent.get("code", ""), None)
        problem = self._problem(request, sent, asked)
        if problem or asked is None:
            self.refusals.append(problem or "unknown code")
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        profile = self.user if self.id_token_has_profile else {"sub": self.user["sub"]}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **profile,
            **self.lies,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "kid": self.key.kid}
        id_token = jwt.encode(header, claims, self.signing_key or self.key, algorithms=["ES256"])
        return JSONResponse(
            {
                "access_token": "there",
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": id_token,
            }
        )

    async def user_info(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer there":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.user)

    def _problem(
        self, request: Request, sent: dict[str, str], asked: dict[str, str] | None
    ) -> str | None:
        if asked is None:
            return "unknown code"
        basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if basic != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return "wrong client"
        if sent.get("redirect_uri") != REDIRECT_URI:
            return "wrong redirect URI"
        challenge = create_s256_code_challenge(sent.get("code_verifier", ""))
        return None if challenge == asked["code_challenge"] else "wrong verifier"


def query_of(url: str) -> dict[str, str]:
    """A URL's query parameters."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
