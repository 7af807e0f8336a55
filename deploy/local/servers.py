"""The embedded servers as supervised processes: PostgreSQL, and RabbitMQ when it is wanted."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg

from deploy.local import postgres, rabbitmq
from deploy.local.command import Command
from deploy.local.keeper import ProcessSpec
from deploy.local.layout import Layout
from deploy.local.probe import listens
from deploy.local.records import credentials


def postgres_spec(cluster: postgres.Cluster, layout: Layout) -> ProcessSpec:
    """PostgreSQL on the data folder; SIGINT is its fast shutdown."""

    async def check() -> bool:
        try:
            connection = await asyncpg.connect(cluster.url("postgres"), timeout=3)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True

    log = layout.logs / "postgres.log"
    command = Command(
        postgres.command(cluster), log, dict(os.environ), layout.checkout, signal.SIGINT
    )
    return ProcessSpec("postgres", command, check, end_seconds=20.0)


async def databases(
    cluster: postgres.Cluster, names: tuple[str, ...], path: Path
) -> dict[str, str]:
    """One role and database per name, made when missing; their URLs."""
    passwords = credentials(path, names)
    made = [postgres.ensure_database(cluster, name, passwords[name]) for name in names]
    return dict(zip(names, await asyncio.gather(*made), strict=True))


def rabbitmq_specs(node: rabbitmq.Node, layout: Layout) -> tuple[ProcessSpec, ProcessSpec]:
    """Erlang's port mapper and the broker; the first must listen before the second starts."""
    environment = {**os.environ, **rabbitmq.environment(node), "FOYER_HOME": str(layout.home)}

    async def check() -> bool:
        return await asyncio.to_thread(rabbitmq.is_ready, node)

    epmd = Command(rabbitmq.epmd_command(node), layout.logs / "epmd.log", environment)
    broker = Command(rabbitmq.node_command(node), layout.logs / "rabbitmq.log", environment)
    return (
        ProcessSpec("epmd", epmd, listens(node.epmd_port)),
        ProcessSpec("rabbitmq", broker, check, end_seconds=20.0),
    )
