"""What the users subgraph's resolvers get besides the common context."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from shared.graphql import Context
from subgraphs.users.models import SESSION_LIFETIME
from subgraphs.users.oidc import OpenIdClient
from subgraphs.users.passwords import Passwords

COOKIE = "session"
SECURE_COOKIE = "__Host-session"


@dataclass
class UsersContext(Context):
    """`passwords` hashes; `secure` tells whether people reach the product by https.

    `open_id` has the providers at which one may sign in, by their id.
    """

    passwords: Passwords
    secure: bool
    open_id: Mapping[str, OpenIdClient]

    @property
    def device(self) -> str:
        """What the caller's browser calls itself."""
        return self.connection.headers.get("user-agent", "")

    def set_session_cookie(self, token: str) -> None:
        """Have the browser keep the session's token, out of reach of scripts."""
        self._set_cookie(token, int(SESSION_LIFETIME.total_seconds()))

    def clear_session_cookie(self) -> None:
        """Have the browser forget its session."""
        self._set_cookie("", 0)

    def _set_cookie(self, value: str, max_age: int) -> None:
        self.response.set_cookie(
            SECURE_COOKIE if self.secure else COOKIE,
            value,
            max_age=max_age,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


Info: TypeAlias = strawberry.Info[UsersContext, None]
