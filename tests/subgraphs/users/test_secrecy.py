"""No password, token or hash in any log line, whatever happens, at the most talkative level."""

import logging
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.db import Database
from tests.subgraphs.users.actors import PASSWORD, SIGN_IN, SIGN_UP, Visitor, column, run
from tests.subgraphs.users.test_mail import (
    REQUEST_RESET,
    RESET,
    delivered,
    send,
    token_in,
)
from tests.subgraphs.users.test_profile import change_password
from tests.testkit.databases import Databases

NEW_PASSWORD = "battery staple"


@pytest.fixture
async def users_url(databases: Databases) -> AsyncIterator[str]:
    """A database of the test's own, whose tables it may break."""
    url = await databases.migrated("subgraphs.users")
    yield url
    await databases.drop(url)


async def test_logs_have_no_secret(
    visitor: Visitor, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    here = await visitor.signed_up()
    await visitor.sign_in(password="wrong " + PASSWORD)
    await change_password(here, PASSWORD, NEW_PASSWORD)
    await delivered(database)
    await send(visitor, REQUEST_RESET, email="ann@example.com")
    (letter,) = await delivered(database)
    await send(visitor, RESET, token=token_in(letter), password=PASSWORD)
    secrets = [PASSWORD, NEW_PASSWORD, token_in(letter), str(here.session_token)]
    secrets += await column(database, "SELECT password_hash FROM credentials")
    secrets += await column(database, "SELECT encode(token_hash, 'hex') FROM sessions")
    ours = [
        record for record in caplog.records if not record.name.startswith(("httpcore", "hpack"))
    ]
    shown = "\n".join(_everything(record) for record in ours)
    assert [secret for secret in secrets if secret in shown] == []


async def test_a_failing_database_shows_no_secret_either(
    visitor: Visitor, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await visitor.signed_up()
    await run(database, "ALTER TABLE sessions DROP COLUMN device")
    await run(database, "ALTER TABLE credentials DROP COLUMN changed_at")
    sign_up = {"email": "bob@example.com", "password": NEW_PASSWORD, "name": "Bob"}
    failed = [
        await visitor.send(SIGN_UP, input=sign_up),
        await visitor.send(SIGN_IN, input={"email": "ann@example.com", "password": PASSWORD}),
    ]
    for answer in failed:
        assert (answer.status, answer.error_codes) == (200, ["INTERNAL_SERVER_ERROR"])
        assert "does not exist" not in str(answer.body)
    shown = "\n".join(_everything(record) for record in caplog.records)
    assert "UndefinedColumnError" in shown
    assert not any(secret in shown for secret in (PASSWORD, NEW_PASSWORD, "$argon2id$"))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM users")) == 1


def _everything(record: logging.LogRecord) -> str:
    return logging.Formatter("%(name)s %(message)s").format(record)
