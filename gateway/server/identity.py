"""Who asks, and the opaque token that says so: from a request's headers or a socket's payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

BEARER = b"bearer "
MAX_TOKEN_CHARACTERS = 4_096


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. `authorization` is the header that subgraphs get; None sends none.

    `valid_until` is monotonic time, as the loop's is: what is sent later has to be exchanged anew.
    """

    authorization: bytes | None
    subject: str | None = None
    session_id: str | None = None
    valid_until: float = float("inf")

    def is_same_as(self, other: "Identity") -> bool:
        """Whether both are the same person in the same session, whatever their tokens."""
        return (self.subject, self.session_id) == (other.subject, other.session_id)


def token_of_headers(headers: Mapping[bytes, bytes], cookie_names: tuple[str, ...]) -> str | None:
    """The opaque token that a request brings: its bearer, else its session cookie."""
    authorization = headers.get(b"authorization")
    if authorization is not None:
        return token_of_authorization(authorization)
    cookies = headers.get(b"cookie")
    return None if cookies is None else _cookie(cookies, cookie_names)


def token_of_authorization(value: bytes) -> str | None:
    """The token of `Bearer <token>`; None for other schemes."""
    if value[: len(BEARER)].lower() != BEARER:
        return None
    return _acceptable(value[len(BEARER) :].strip().decode("latin-1"))


def token_of_payload(payload: Mapping[str, object] | None) -> str | None:
    """The token in a socket's `connection_init` payload: `authorization` or a bare `token`."""
    if not payload:
        return None
    members = {key.lower(): value for key, value in payload.items()}
    authorization = members.get("authorization")
    if isinstance(authorization, str):
        return token_of_authorization(authorization.encode("utf-8", "replace"))
    token = members.get("token")
    return _acceptable(token) if isinstance(token, str) else None


def _cookie(cookies: bytes, names: tuple[str, ...]) -> str | None:
    found: dict[str, str] = {}
    for pair in cookies.decode("latin-1").split(";"):
        name, separator, value = pair.partition("=")
        if separator:
            found.setdefault(name.strip(), value.strip())
    for name in names:
        if found.get(name):
            return _acceptable(unquote(found[name].strip('"')))
    return None


def _acceptable(token: str) -> str | None:
    """A token that can be a header's value; anything else is nobody's."""
    ok = 0 < len(token) <= MAX_TOKEN_CHARACTERS and token.isascii() and token.isprintable()
    return token if ok else None
