"""API keys: a request goes in, who calls comes out."""

import base64
import binascii
import secrets
from enum import Enum

from starlette.requests import Request

from deploy.local.sandbox.errors import StripeError, unauthorised
from deploy.local.sandbox.forms import Parameters
from deploy.local.sandbox.settings import SandboxSettings


class Caller(Enum):
    """The server side with its secret key, or a payer's browser with the publishable one."""

    SERVER = "server"
    BROWSER = "browser"


def caller(request: Request, parameters: Parameters, settings: SandboxSettings) -> Caller:
    """By `Authorization` (Bearer or Basic) or the `key` parameter; raises a 401."""
    key = _given(request) or parameters.text("key")
    if key is None:
        raise unauthorised("You did not provide an API key.")
    if secrets.compare_digest(key.encode(), settings.secret_key.encode()):
        return Caller.SERVER
    if key == settings.publishable_key:
        return Caller.BROWSER
    raise unauthorised(f"Invalid API Key provided: {key[:8]}****")


def require_secret_key(request: Request, settings: SandboxSettings) -> None:
    """Raise unless the caller is the server side."""
    if caller(request, Parameters({}), settings) is not Caller.SERVER:
        raise publishable_key_refused()


def publishable_key_refused() -> StripeError:
    """A browser called what needs the secret key."""
    return StripeError(
        403,
        "invalid_request_error",
        "This API call cannot be made with a publishable API key. Please use a secret API key.",
        "secret_key_required",
    )


def _given(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None
