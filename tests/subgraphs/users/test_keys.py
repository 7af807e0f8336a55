"""Signing keys: always one that signs, known before it does, until its last token has ended."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from shared.db import Database
from shared.identity import Identity, InvalidToken, Verifier
from subgraphs.users import keys
from subgraphs.users.keys import ACTIVATION_DELAY, OVERLAP, ROTATION_PERIOD, KeyRing, rotate
from subgraphs.users.tokens import Claims, Issuer, sign
from tests.subgraphs.kit import GraphQLClient
from tests.subgraphs.users.actors import Visitor, column, run
from tests.testkit.proxy import proxied

ISSUER = Issuer("foyer-users", "foyer-subgraphs")


async def turn(database: Database) -> None:
    """One run of the worker's rotation."""
    async with database.transaction() as session:
        await rotate(session)


async def age_keys(database: Database, by: timedelta) -> None:
    """Have all keys been made that much earlier."""
    seconds = by.total_seconds()
    await run(
        database,
        f"UPDATE signing_keys SET created_at = created_at - interval '{seconds} s',"
        f" active_at = active_at - interval '{seconds} s'",
    )


async def key_ids(database: Database) -> list[str]:
    """The published keys, oldest first."""
    return [key["kid"] for key in (await KeyRing(database).published())["keys"]]


async def signer_id(database: Database) -> str | None:
    """The key that signs now."""
    return (await KeyRing(database).signer(datetime.now(UTC))).kid


async def test_parallel_starts_make_one_first_key(database: Database) -> None:
    await asyncio.gather(*(KeyRing(database).published() for _ in range(10)))
    assert len(await key_ids(database)) == 1


async def test_a_young_key_is_not_rotated(database: Database) -> None:
    for _ in range(3):
        await turn(database)
    assert len(await key_ids(database)) == 1


async def test_a_key_is_published_before_it_signs_and_after(database: Database) -> None:
    await turn(database)
    (first,) = await key_ids(database)

    await age_keys(database, ROTATION_PERIOD)
    await asyncio.gather(*(turn(database) for _ in range(5)))
    _, second = await key_ids(database)
    assert await signer_id(database) == first

    await age_keys(database, ACTIVATION_DELAY)
    await turn(database)
    assert await signer_id(database) == second
    assert await key_ids(database) == [first, second]

    await age_keys(database, OVERLAP)
    await turn(database)
    assert await key_ids(database) == [second]


async def test_the_person_on_call_rotates_with_overlap_or_at_once(
    database: Database, users_url: str
) -> None:
    await turn(database)
    (first,) = await key_ids(database)

    async def command(*arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "subgraphs.users", "rotate-keys", *arguments),
            env={"DATABASE_URL": users_url, "PATH": ""},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode()

    assert first in await command()
    assert len(await key_ids(database)) == 2
    assert await signer_id(database) == first
    assert first not in await command("--at-once")
    assert len(await key_ids(database)) == 1


async def test_keys_stay_published_while_the_database_is_away(
    users_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxied(users_url) as (proxy, url):
        database = Database(url)
        ring = KeyRing(database)
        published = await ring.published()
        monkeypatch.setattr(keys, "REREAD_SECONDS", 0.0)
        await proxy.cut()
        assert await ring.published() == published
        with pytest.raises((OSError, DBAPIError)):
            await KeyRing(database).published()
        await proxy.heal()
        assert await ring.published() == published
        await database.close()


async def test_private_parts_are_never_published(
    service: GraphQLClient, database: Database
) -> None:
    response = await service.http.get(f"{service.url}/.well-known/jwks.json")
    (key,) = response.json()["keys"]
    assert key | {"x": "", "kid": ""} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": "Ed25519",
        "x": "",
        "kid": "",
    }


async def test_the_subgraphs_verifier_believes_the_exchange(
    visitor: Visitor, service: GraphQLClient
) -> None:
    verifier = Verifier(f"{service.url}/.well-known/jwks.json", ISSUER.issuer, ISSUER.audience)
    here = await visitor.signed_up()
    exchanged = await here.exchange()
    identity = await verifier.verify(exchanged["accessToken"])
    assert (str(identity.user_id), str(identity.session_id)) == (
        exchanged["subject"],
        exchanged["sessionId"],
    )
    anonymous = await verifier.verify((await visitor.exchange())["accessToken"])
    assert anonymous == Identity(None, None)


async def test_a_signed_token_ends_after_two_minutes(database: Database) -> None:
    ring = KeyRing(database)
    verifier = Verifier("http://unused.invalid", ISSUER.issuer, ISSUER.audience, ring.published)
    now = datetime.now(UTC)
    key = await ring.signer(now)
    claims = Claims(uuid4(), uuid4())
    fresh = sign(claims, key, ISSUER, now - timedelta(seconds=115))
    assert (await verifier.verify(fresh)).user_id == claims.user_id
    with pytest.raises(InvalidToken):
        await verifier.verify(sign(claims, key, ISSUER, now - timedelta(seconds=121)))


async def test_keys_are_not_shown_in_logs(database: Database) -> None:
    await turn(database)
    (stored,) = await column(database, "SELECT encode(private_key, 'hex') FROM signing_keys")
    assert stored not in repr(await KeyRing(database).signer(datetime.now(UTC)))
