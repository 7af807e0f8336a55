"""Nothing in, a time-ordered identifier out (UUID version 7, RFC 9562 section 5.7)."""

import os
import time
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    return uuid7_at(time.time_ns() // 1_000_000, os.urandom(10))


def parse_id(text: str) -> UUID | None:
    """The UUID that a client sent, None when it is no UUID (then nothing has that id)."""
    try:
        return UUID(text)
    except ValueError:
        return None


def uuid7_at(unix_ms: int, randomness: bytes) -> UUID:
    """The UUIDv7 of a moment and ten bytes of randomness; equal input, equal id."""
    random_bits = int.from_bytes(randomness[:10], "big")
    random_a = random_bits >> 68  # 12 bits
    random_b = random_bits & ((1 << 62) - 1)
    timestamp = (unix_ms & ((1 << 48) - 1)) << 80
    return UUID(int=timestamp | _VERSION | random_a << 64 | _VARIANT | random_b)
