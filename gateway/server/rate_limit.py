"""Who asks in; how long until that client may ask again, out: a token bucket per client.

A client is its session where it has one, else its address. Buckets that have been full for long
are the same as none, so only the most recently used are kept.
"""

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import RateLimited
from gateway.server.call import Scope
from gateway.server.client_address import address_of
from gateway.server.identity import Identity
from gateway.settings import Settings

MAX_CLIENTS = 100_000
SECONDS_PER_MINUTE = 60.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Requests per minute, with bursts; no limit where the settings have none."""

    def __init__(self, settings: Settings) -> None:
        per_minute = settings.rate_limit_per_minute
        self.is_on = per_minute is not None
        self._per_second = (per_minute or 0) / SECONDS_PER_MINUTE
        self._burst = float(settings.rate_limit_burst)
        self._proxies = settings.trusted_proxies
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str, now: float) -> None:
        """Count one request at loop time `now`; raises RateLimited with `retryAfter` seconds."""
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = _Bucket(self._burst, now)
            if len(self._buckets) > MAX_CLIENTS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(client)
            refilled = bucket.tokens + (now - bucket.at) * self._per_second
            bucket.tokens, bucket.at = min(self._burst, refilled), now
        if bucket.tokens < 1:
            raise RateLimited.until(max(1, math.ceil((1 - bucket.tokens) / self._per_second)))
        bucket.tokens -= 1

    def client_of(self, scope: Scope, headers: Mapping[bytes, bytes], identity: Identity) -> str:
        """The name under which a client's requests are counted."""
        if identity.session_id is not None:
            return f"session {identity.session_id}"
        return address_of(scope, headers, self._proxies)
