"""Which headers travel: from the client to subgraphs, and from subgraphs to the client."""

from collections.abc import Iterable
from dataclasses import dataclass

Header = tuple[bytes, bytes]
"""Lower-case name, value."""

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""They belong to one connection (RFC 9110, 7.6.1)."""

OWN = HOP_BY_HOP | {
    b"host",
    b"content-length",
    b"content-type",
    b"content-encoding",
    b"accept",
    b"accept-encoding",
    b"expect",
}
"""Request headers that the gateway sets itself, whatever the client sent."""


class OutgoingHeaders:
    """The headers that one operation sends to its subgraphs, encoded once for all of them."""

    __slots__ = ("_block", "pairs")

    def __init__(self, pairs: Iterable[Header] = ()) -> None:
        self.pairs = tuple(pairs)
        self._block: bytes | None = None

    @property
    def travelling(self) -> tuple[Header, ...]:
        """The pairs without those that only the gateway may set."""
        return tuple(pair for pair in self.pairs if travels(*pair))

    @property
    def block(self) -> bytes:
        """Header lines for an HTTP/1.1 request, each ended by CRLF."""
        block = self._block
        if block is None:
            block = self._block = encode(self.pairs)
        return block


NO_HEADERS = OutgoingHeaders()


def encode(pairs: Iterable[Header]) -> bytes:
    """Header lines without those that only the gateway may set."""
    return b"".join(
        [
            b"%b: %b\r\n" % (name, value)
            for name, value in pairs
            if name not in OWN and b"\n" not in value and b"\r" not in value
        ]
    )


def travels(name: bytes, value: bytes) -> bool:
    """Whether a header goes on; a value with a line break would start a header of its own."""
    return name not in OWN and b"\n" not in value and b"\r" not in value


@dataclass(frozen=True, slots=True)
class RequestHeaderRules:
    """What one subgraph is sent: `remove` and `rename` first, then `insert` (which replaces)."""

    remove: frozenset[bytes] = frozenset()
    rename: tuple[tuple[bytes, bytes], ...] = ()
    insert: tuple[Header, ...] = ()

    def apply(self, headers: OutgoingHeaders) -> OutgoingHeaders:
        """The headers for this subgraph."""
        names = dict(self.rename)
        inserted = {name for name, _ in self.insert}
        kept = [
            (names.get(name, name), value)
            for name, value in headers.pairs
            if name not in self.remove and names.get(name, name) not in inserted
        ]
        return OutgoingHeaders((*kept, *self.insert))


SET_COOKIE = b"set-cookie"


@dataclass(frozen=True, slots=True)
class ResponseHeaderRules:
    """Which headers of subgraphs' answers go on to the client, lower-case.

    Those in `collect` are all kept, one line each (`Set-Cookie` must not be joined); those in
    `first` and `last` once, as the first or the last answer has them.
    """

    collect: frozenset[bytes] = frozenset({SET_COOKIE})
    first: frozenset[bytes] = frozenset()
    last: frozenset[bytes] = frozenset()

    @property
    def watched(self) -> frozenset[bytes]:
        """Every header name with a rule."""
        return self.collect | self.first | self.last

    def take(self, into: list[Header], name: bytes, value: bytes) -> None:
        """Add one watched header of an answer to the client's headers."""
        if name in self.collect:
            into.append((name, value))
            return
        present = next((at for at, (known, _) in enumerate(into) if known == name), None)
        if present is None:
            into.append((name, value))
        elif name in self.last:
            into[present] = (name, value)
