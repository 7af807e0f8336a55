"""An ASGI scope in; the address of the client behind our own proxies out."""

from collections.abc import Mapping

from gateway.server.call import Scope


def address_of(scope: Scope, headers: Mapping[bytes, bytes], proxies: int) -> str:
    """The client's address; behind `proxies` of ours, the one that the outermost of them saw."""
    if proxies:
        seen = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        if len(seen) >= proxies:
            return seen[-proxies].strip()
    client = scope.get("client")
    return client[0] if client else ""
