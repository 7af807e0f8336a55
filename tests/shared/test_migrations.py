"""A service's database is brought to its newest revision, once, whoever else tries."""

import asyncio
import os
import sys

import asyncpg
import pytest
from alembic.util import CommandError

from shared.db import asyncpg_dsn
from shared.migrations import check, main, upgrade

SAMPLE = "tests.shared.sample"


async def columns(url: str) -> set[str]:
    connection = await asyncpg.connect(asyncpg_dsn(url))
    rows = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'thing'"
    )
    await connection.close()
    return {row["column_name"] for row in rows}


async def test_it_runs_all_revisions_and_then_nothing(database_url: str) -> None:
    await asyncio.to_thread(upgrade, SAMPLE, database_url)
    assert await columns(database_url) == {"id", "name"}
    await asyncio.to_thread(upgrade, SAMPLE, database_url)


async def test_it_stops_at_the_revision_it_was_told(database_url: str) -> None:
    await asyncio.to_thread(upgrade, SAMPLE, database_url, "0001")
    assert await columns(database_url) == {"id"}


async def test_several_at_once_do_no_harm(database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url}
    command = (sys.executable, "-m", "shared.migrations", SAMPLE)
    processes = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert await columns(database_url) == {"id", "name"}


async def test_models_that_a_revision_is_missing_for_are_noticed(database_url: str) -> None:
    await asyncio.to_thread(upgrade, SAMPLE, database_url)
    await asyncio.to_thread(check, SAMPLE, database_url)
    connection = await asyncpg.connect(asyncpg_dsn(database_url))
    await connection.execute("ALTER TABLE thing DROP COLUMN name")
    await connection.close()
    with pytest.raises(CommandError):
        await asyncio.to_thread(check, SAMPLE, database_url)


def test_without_a_database_url_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit):
        main([SAMPLE])
    assert "DATABASE_URL is not set" in capsys.readouterr().err


def test_an_unknown_package_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        upgrade("no_such_package", "postgresql://nobody@127.0.0.1:9/none")
