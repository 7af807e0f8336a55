"""An answer's body in; the same, compressed where the client takes that and it is worth it, out."""

import asyncio
import gzip
from functools import lru_cache

from gateway.execution.exchange import Header

LEVEL = 4
"""Beyond it, time grows faster than JSON shrinks."""
THREAD_BYTES = 262_144
"""From here on compressing takes so long that other requests should run meanwhile."""
HEADERS: tuple[Header, ...] = ((b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))


async def compressed(body: bytes) -> bytes:
    """The body as gzip."""
    if len(body) >= THREAD_BYTES:
        return await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)
    return gzip.compress(body, LEVEL, mtime=0)


@lru_cache(maxsize=64)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether the client takes gzip (RFC 9110, 12.5.3); `*` counts, `;q=0` does not."""
    qualities: dict[str, float] = {}
    for item in accept_encoding.decode("latin-1").lower().split(","):
        name, _, parameters = item.partition(";")
        _, _, quality = parameters.partition("q=")
        try:
            qualities[name.strip()] = float(quality) if quality else 1.0
        except ValueError:
            qualities[name.strip()] = 0.0
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0
