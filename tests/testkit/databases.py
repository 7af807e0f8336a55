"""A running PostgreSQL in, a database per test out, copied from a template in about 10 ms."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable

import asyncpg

from deploy.local.postgres import Cluster
from shared.migrations import upgrade

Fill = Callable[[str], Awaitable[None]]
"""Makes the schema in an empty database, given its URL."""


class Databases:
    """Makes databases in one cluster; templates are filled once and then only copied."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}

    async def create(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of `template`."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.cluster.url(name)

    async def drop(self, url: str) -> None:
        """Remove a database, ending the sessions in it."""
        await self._run(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    async def filled(self, key: str, fill: Fill) -> str:
        """The URL of a new database with what `fill` makes; `fill` runs once per `key`."""
        if key not in self._templates:
            url = await self.create()
            await fill(url)
            self._templates[key] = url.rsplit("/", 1)[1]
        return await self.create(self._templates[key])

    async def migrated(self, package: str) -> str:
        """The URL of a new database at the newest revision of a service's package."""

        async def migrate(url: str) -> None:
            await asyncio.to_thread(upgrade, package, url)

        return await self.filled(package, migrate)

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.cluster.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
