"""A database URL in, units of work out: one transaction per resolver or handler.

`Database.transaction()` is the only place where anything commits.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from asyncpg import InterfaceError, PostgresConnectionError
from sqlalchemy import DateTime, MetaData, Uuid, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, registry

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STATEMENT_TIMEOUT_SECONDS = 15
LOCK_TIMEOUT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 5
POOL_TIMEOUT_SECONDS = 30
"""A stampede waits its turn for a connection; who waited this long is told."""


_UNAVAILABLE_STATES = ("08", "53", "57P", "58")
"""How such SQLSTATEs begin (PostgreSQL, appendix A): connection, resources, shutdown, system.

57014, a statement that exceeded its time limit, is not among them: it would again."""


class ReadOnlyViolation(Exception):
    """Something tried to write inside `Database.reading()`."""

    code = "READ_ONLY"


class ModelBase(DeclarativeBase):
    """What a service's declarative base extends: `class Base(ModelBase): ...`.

    Each direct subclass gets metadata and a registry of its own, with named constraints,
    timezone-aware datetimes and native UUIDs.
    """

    __abstract__ = True
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), UUID: Uuid}

    def __init_subclass__(cls, **options: Any) -> None:
        if ModelBase in cls.__bases__:
            cls.__abstract__ = True
            own = registry(
                metadata=new_metadata(), type_annotation_map=ModelBase.type_annotation_map
            )
            cls.registry = cls._sa_registry = own
            cls.metadata = own.metadata
        super().__init_subclass__(**options)


def new_metadata() -> MetaData:
    """Empty metadata whose constraints get predictable names."""
    return MetaData(naming_convention=NAMING_CONVENTION)


class Database:
    """One service's PostgreSQL, through a bounded pool. Connects when first used.

    `url` is `postgresql://user:password@host:port/name`. Connections that the server has
    closed are replaced when they are taken from the pool, without a round trip.
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self._engine = _create_engine(url, pool_size)
        self._writing = async_sessionmaker(self._engine, expire_on_commit=False)
        self._reading = async_sessionmaker(
            self._engine.execution_options(isolation_level="AUTOCOMMIT"),
            sync_session_class=_ReadOnlySession,
            expire_on_commit=False,
            autoflush=False,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """The one unit of work: commits at the end, rolls back when the block raises."""
        async with self._writing() as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reading. Each statement sees the latest commits (no snapshot spans two).

        Raises ReadOnlyViolation when the block writes through the session.
        """
        async with self._reading() as session:
            yield session

    async def close(self) -> None:
        """Close all connections; a later use connects again."""
        await self._engine.dispose()


class _ReadOnlySession(Session):
    """A session that refuses to flush and to run INSERT, UPDATE and DELETE."""


@event.listens_for(_ReadOnlySession, "before_flush")
def _refuse_flush(session: Session, *_: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise ReadOnlyViolation("objects were changed in a reading session")


@event.listens_for(_ReadOnlySession, "do_orm_execute")
def _refuse_write(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise ReadOnlyViolation(f"a reading session was asked to run: {state.statement}")


def is_unavailable(error: BaseException) -> bool:
    """Whether the database is away or full, so that the same work may succeed later."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or state.startswith(_UNAVAILABLE_STATES)
    return isinstance(error, OSError | PoolTimeout | InterfaceError | PostgresConnectionError)


async def database_now(session: AsyncSession) -> datetime:
    """The moment the transaction began, by the database's clock: what decides about expiry."""
    moment: datetime = (await session.execute(select(func.now()))).scalar_one()
    return moment


def async_url(url: str) -> URL:
    """`postgresql://…` as SQLAlchemy's URL for asyncpg."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def asyncpg_dsn(url: str) -> str:
    """The same database as asyncpg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _create_engine(url: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # error messages are logged, and parameters may be secrets
        connect_args={
            "timeout": CONNECT_TIMEOUT_SECONDS,
            "command_timeout": STATEMENT_TIMEOUT_SECONDS + 5,
            "server_settings": {
                "timezone": "UTC",
                "jit": "off",
                "statement_timeout": f"{STATEMENT_TIMEOUT_SECONDS}s",
                "lock_timeout": f"{LOCK_TIMEOUT_SECONDS}s",
                "idle_in_transaction_session_timeout": "60s",
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _replace_if_closed)
    return engine


def _replace_if_closed(dbapi_connection: Any, *_: object) -> None:
    """Make the pool reconnect when the server has gone away since the connection was used."""
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError("the server closed this connection")
