"""Claims in, a signed service token out; and the key set that verifies it."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.identity import ALGORITHM, Verifier

ISSUER = "foyer-users"
AUDIENCE = "foyer-subgraphs"


class TokenIssuer:
    """Signs service tokens as the users service does; `rotate` replaces its key."""

    def __init__(self) -> None:
        self.fetches = 0
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on; only that key is in the set."""
        self._key = OKPKey.generate_key("Ed25519", parameters={"kid": str(uuid4())})

    async def keys(self) -> Mapping[str, Any]:
        """The JWK set, for `Verifier(fetch_keys=…)`."""
        self.fetches += 1
        return {"keys": [self._key.as_dict(private=False)]}

    def verifier(self) -> Verifier:
        """A verifier that asks this issuer for its keys."""
        return Verifier("http://unused.invalid", ISSUER, AUDIENCE, fetch_keys=self.keys)

    def token(
        self, user_id: UUID | None = None, session_id: UUID | None = None, **claims: Any
    ) -> str:
        """A token of 120 s for a user, or for an anonymous caller; `claims` replace its claims."""
        payload: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int(time.time()) + 120,
            **({"sub": str(user_id)} if user_id else {}),
            **({"sid": str(session_id)} if session_id else {}),
            **claims,
        }
        return jwt.encode(
            {"alg": ALGORITHM, "kid": self._key.kid}, payload, self._key, algorithms=[ALGORITHM]
        )

    def headers(self, user_id: UUID | None = None) -> dict[str, str]:
        """The headers with which a gateway calls on behalf of the user."""
        return {"authorization": f"Bearer {self.token(user_id, uuid4() if user_id else None)}"}
