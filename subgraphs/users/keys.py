"""The signing keys: made, published before they sign, kept until their last token has ended.

A key is published from its creation, signs from `active_at` until the next key is active, and
is deleted OVERLAP after that. ACTIVATION_DELAY lies between, so every verifier knows a key
before it meets a token signed with it; a verifier that does not asks again by `kid`.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database, database_now, is_unavailable
from subgraphs.users.models import SigningKey

ROTATION_PERIOD = timedelta(days=30)
ACTIVATION_DELAY = timedelta(hours=1)
OVERLAP = timedelta(hours=1)
REREAD_SECONDS = 30.0

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('signing_keys', 0))")


async def rotate(session: AsyncSession, period: timedelta = ROTATION_PERIOD) -> None:
    """Make the first key, the next one when the newest is older than `period`; drop dead ones.

    Safe to call at any time from any number of processes.
    """
    await session.execute(_LOCK)
    now = await database_now(session)
    keys = list(await session.scalars(select(SigningKey).order_by(SigningKey.active_at)))
    if not keys:
        keys.append(_new_key(now, active_at=now))
        session.add(keys[-1])
    elif keys[-1].created_at <= now - period:
        keys.append(_new_key(now, active_at=now + ACTIVATION_DELAY))
        session.add(keys[-1])
    superseded = [
        key.kid for key, successor in pairwise(keys) if successor.active_at + OVERLAP <= now
    ]
    if superseded:
        await session.execute(delete(SigningKey).where(SigningKey.kid.in_(superseded)))


async def replace_at_once(session: AsyncSession) -> None:
    """Have a new key sign from now on and drop all others: for when one may have leaked.

    Tokens that are out are refused as soon as verifiers read the keys again, so for up to
    two minutes some requests of people who are signed in fail.
    """
    await session.execute(_LOCK)
    now = await database_now(session)
    await session.execute(delete(SigningKey))
    session.add(_new_key(now, active_at=now))


class KeyRing:
    """The database's keys in memory, read again every REREAD_SECONDS: the newest active signs.

    While the database is away the keys that are known stay published.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: tuple[tuple[datetime, OKPKey], ...] = ()
        self._read_at = float("-inf")

    async def signer(self, now: datetime) -> OKPKey:
        """The key that signs at `now`. Makes the first one in an empty database."""
        keys = await self._current()
        active = [key for active_at, key in keys if active_at <= now]
        return active[-1] if active else keys[0][1]

    async def published(self) -> dict[str, Any]:
        """All public keys as a JWK set (RFC 7517): those to come and those just retired too."""
        return {"keys": [key.as_dict(private=False) for _, key in await self._current()]}

    async def _current(self) -> tuple[tuple[datetime, OKPKey], ...]:
        if time.monotonic() - self._read_at < REREAD_SECONDS:
            return self._keys
        try:
            found = await self._read() or await self._made()
        except Exception as error:
            if not self._keys or not is_unavailable(error):
                raise
        else:
            self._keys = tuple((key.active_at, _import(key)) for key in found)
        self._read_at = time.monotonic()
        return self._keys

    async def _made(self) -> Sequence[SigningKey]:
        async with self._database.transaction() as session:
            await rotate(session)
        return await self._read()

    async def _read(self) -> Sequence[SigningKey]:
        async with self._database.reading() as session:
            statement = select(SigningKey).order_by(SigningKey.active_at)
            return (await session.scalars(statement)).all()


def _new_key(now: datetime, active_at: datetime) -> SigningKey:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    return SigningKey(
        kid=key.kid, private_key=key.as_der(private=True), created_at=now, active_at=active_at
    )


def _import(stored: SigningKey) -> OKPKey:
    return OKPKey.import_key(
        stored.private_key, {"kid": stored.kid, "use": "sig", "alg": "Ed25519"}
    )
