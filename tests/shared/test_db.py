"""Units of work on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from asyncpg import InterfaceError
from sqlalchemy import DateTime, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import (
    Database,
    ModelBase,
    ReadOnlyViolation,
    async_url,
    asyncpg_dsn,
    database_now,
    is_unavailable,
)
from shared.ids import uuid7
from tests.testkit.proxy import proxied


class Base(ModelBase):
    """One service's models."""


class OtherBase(ModelBase):
    """Another service's models, in the same process."""


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]


class OtherThing(OtherBase):
    __tablename__ = "thing"
    id: Mapped[UUID] = mapped_column(primary_key=True)


@pytest.fixture(autouse=True)
async def tables(service_url: str) -> None:
    engine = create_async_engine(async_url(service_url))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


def a_thing(name: str = "one") -> Thing:
    return Thing(id=uuid7(), name=name, made_at=datetime.now(UTC))


async def names(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.execute(text("SELECT name FROM thing ORDER BY 1"))).scalars())


def test_each_service_base_has_its_own_tables() -> None:
    assert set(Base.metadata.tables) == {"thing"}
    assert Base.metadata.tables["thing"] is not OtherBase.metadata.tables["thing"]


def test_datetimes_have_a_time_zone_and_constraints_a_name() -> None:
    table = Base.metadata.tables["thing"]
    assert isinstance(table.c.made_at.type, DateTime)
    assert table.c.made_at.type.timezone
    assert {str(constraint.name) for constraint in table.constraints} == {
        "pk_thing",
        "uq_thing_name",
    }


async def test_a_transaction_commits_at_its_end(database: Database) -> None:
    async with database.transaction() as session:
        session.add(a_thing())
    assert await names(database) == ["one"]


async def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            session.add(a_thing())
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await names(database) == []


async def test_a_constraint_is_reported_where_the_block_ends(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            session.add_all([a_thing("same"), a_thing("same")])
    assert await names(database) == []


async def test_reading_sees_each_commit_at_once(database: Database) -> None:
    async with database.reading() as reader:
        count = text("SELECT count(*) FROM thing")
        assert (await reader.execute(count)).scalar_one() == 0
        async with database.transaction() as session:
            session.add(a_thing())
        assert (await reader.execute(count)).scalar_one() == 1


async def test_reading_refuses_to_write_objects(database: Database) -> None:
    async def write() -> None:
        async with database.reading() as session:
            session.add(a_thing())
            await session.flush()

    with pytest.raises(ReadOnlyViolation):
        await write()
    assert await names(database) == []


async def test_reading_refuses_to_run_an_insert(database: Database) -> None:
    statement = insert(Thing).values(id=uuid7(), name="x", made_at=datetime.now(UTC))
    with pytest.raises(ReadOnlyViolation):
        async with database.reading() as session:
            await session.execute(statement)
    assert await names(database) == []


async def test_the_database_clock_is_aware_and_stands_still_in_a_transaction(
    database: Database,
) -> None:
    async with database.transaction() as session:
        first = await database_now(session)
        await asyncio.sleep(0.01)
        assert await database_now(session) == first
    assert first.tzinfo is not None


async def test_connections_that_the_server_ended_are_replaced_unnoticed(
    database: Database, service_url: str
) -> None:
    await names(database)
    admin = await asyncpg.connect(asyncpg_dsn(service_url))
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await admin.close()
    await asyncio.sleep(0.05)
    assert await names(database) == []


async def test_a_database_that_is_away_is_told_from_a_mistake(service_url: str) -> None:
    async with proxied(service_url) as (proxy, url):
        away = Database(url)
        await proxy.cut()
        with pytest.raises(OSError) as refused:  # noqa: PT011  # any kind of it
            await names(away)
        await away.close()
    assert is_unavailable(refused.value)
    assert not is_unavailable(ValueError("a mistake"))


async def test_losing_the_server_inside_a_transaction_counts_as_unavailable(
    service_url: str,
) -> None:
    async with proxied(service_url) as (proxy, url):
        database = Database(url)

        async def lose() -> None:
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))
                await proxy.cut()
                await session.execute(text("SELECT 1"))

        with pytest.raises((DBAPIError, OSError, InterfaceError)) as lost:
            await lose()
        assert is_unavailable(lost.value)
        await proxy.heal()
        assert await names(database) == []
        await database.close()


async def test_an_exhausted_pool_counts_as_unavailable(
    service_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.db.POOL_TIMEOUT_SECONDS", 0.1)
    database = Database(service_url, pool_size=1)
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(PoolTimeout) as exhausted:
            await names(database)
    assert is_unavailable(exhausted.value)
    await database.close()
