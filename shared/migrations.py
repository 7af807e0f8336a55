"""A service's package and DATABASE_URL in, its database at the newest revision out.

`python -m shared.migrations subgraphs.users` runs the revisions in `<package>/migrations`,
whose `env.py` is two lines: `from shared.migrations import run_env` and
`run_env("subgraphs.users.models")`. Starting it several times at once is harmless: one runs,
the others wait for an advisory lock and find nothing to do.
"""

import argparse
import asyncio
import importlib
import importlib.util
import os
import sys
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared import logging as service_logging
from shared.db import async_url
from shared.listen import close_connection, open_connection

_MIGRATION_LOCK = 0x6D6967726174  # "migrat"
LOCK_TIMEOUT = "5s"
"""How long a revision waits for a lock on a table in use, rather than stopping its service."""


def upgrade(package: str, url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Not to be called where an event loop runs."""
    command.upgrade(_config(package, url), revision)


def check(package: str, url: str) -> None:
    """Raise alembic.util.CommandError when the models differ from the newest revision."""
    command.check(_config(package, url))


def run_env(models: str) -> None:
    """The whole of a service's `env.py`; `models` is the module that has the `Base`."""
    metadata: MetaData = importlib.import_module(models).Base.metadata
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    asyncio.run(_migrate(url, metadata))


def _config(package: str, url: str) -> Config:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"there is no package {package}")
    config = Config()
    config.set_main_option(
        "script_location", str(Path(found.submodule_search_locations[0], "migrations"))
    )
    config.attributes["url"] = url
    return config


async def _migrate(url: str, metadata: MetaData) -> None:
    lock = await open_connection(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK, timeout=300)
        settings = {"timezone": "UTC", "lock_timeout": LOCK_TIMEOUT}
        engine = create_async_engine(
            async_url(url), poolclass=pool.NullPool, connect_args={"server_settings": settings}
        )
        async with engine.connect() as connection:
            await connection.run_sync(_run_revisions, metadata)
        await engine.dispose()
    finally:
        await close_connection(lock)


def _run_revisions(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main(arguments: list[str] | None = None) -> int:
    """`python -m shared.migrations PACKAGE [--to REVISION]`; 0 when the database is there."""
    parser = argparse.ArgumentParser(prog="python -m shared.migrations", description=__doc__)
    parser.add_argument("package", help="for example subgraphs.users")
    parser.add_argument("--to", default="head", metavar="REVISION")
    options = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL")
    if not url:
        parser.error("DATABASE_URL is not set")
    service_logging.configure(f"{options.package} migrations", os.environ.get("LOG_FORMAT", "text"))
    upgrade(options.package, url, options.to)
    return 0


if __name__ == "__main__":
    sys.exit(main())
