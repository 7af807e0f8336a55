"""The feed of ended sessions in; their cached identities dropped, their connections closed.

The feed is server-sent events, `data: {"sid": "<session id>"}`. It is reconnected with back-off;
what may have been missed meanwhile is made up for by forgetting every cached identity and asking
again about every open connection.
"""

import asyncio
import logging

import httpx
import orjson

from gateway.server.identity_exchange import IdentityExchange
from gateway.server.live import LiveConnections

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 5.0
SILENCE_SECONDS = 45.0
"""A feed that sends nothing for so long, not even a comment, is taken as lost."""


async def follow_revocations(
    url: str, client: httpx.AsyncClient, exchange: IdentityExchange, live: LiveConnections
) -> None:
    """Follow the feed at `url` until cancelled."""
    retry_seconds = FIRST_RETRY_SECONDS
    connected_before = False
    timeout = httpx.Timeout(10, read=SILENCE_SECONDS)
    accept = {"accept": "text/event-stream"}
    while True:
        try:
            async with client.stream("GET", url, headers=accept, timeout=timeout) as response:
                response.raise_for_status()
                if connected_before:
                    exchange.forget_all()
                    live.recheck_all()
                connected_before = True
                retry_seconds = FIRST_RETRY_SECONDS
                async for line in response.aiter_lines():
                    _read(line, exchange, live)
            logger.warning("revocation feed %s ended; connecting again", url)
        except httpx.HTTPError as error:
            logger.warning("revocation feed %s is lost (%r); connecting again", url, error)
        await asyncio.sleep(retry_seconds)
        retry_seconds = min(retry_seconds * 2, LAST_RETRY_SECONDS)


def _read(line: str, exchange: IdentityExchange, live: LiveConnections) -> None:
    name, _, value = line.partition(":")
    if name != "data":
        return
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError:
        logger.warning("revocation feed: %r is not JSON", value)
        return
    session_id = event.get("sid") if isinstance(event, dict) else None
    if isinstance(session_id, str):
        exchange.forget(session_id)
        live.end_session(session_id)
