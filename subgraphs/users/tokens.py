"""The two kinds of token: opaque ones that people hold, and signed ones that services read.

An opaque token is 256 random bits; only its SHA-256 is stored, so a copy of the database
signs nobody in. A signed one is a JWT (Ed25519, RFC 8037/9864) that lives two minutes.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
ACCESS_LIFETIME = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a signed token speaks of: nobody when `user_id` is None."""

    user_id: UUID | None = None
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs for whom: the `iss` and `aud` of every signed token."""

    issuer: str
    audience: str


def new_token() -> str:
    """A fresh opaque token, 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored in a token's place."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def sign(claims: Claims, key: OKPKey, issuer: Issuer, now: datetime) -> str:
    """The JWT that subgraphs accept for ACCESS_LIFETIME; `key` has its `kid`."""
    issued_at = int(now.timestamp())
    content: dict[str, str | int] = {
        "iss": issuer.issuer,
        "aud": issuer.audience,
        "iat": issued_at,
        "exp": issued_at + int(ACCESS_LIFETIME.total_seconds()),
    }
    if claims.user_id is not None:
        content["sub"] = str(claims.user_id)
    if claims.session_id is not None:
        content["sid"] = str(claims.session_id)
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, content, key, algorithms=[ALGORITHM])
