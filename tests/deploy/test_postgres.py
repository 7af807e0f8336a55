"""Embedded PostgreSQL on its own data directory, through real sessions."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
import pytest

from deploy.local.errors import PostgresUnavailable
from deploy.local.ports import free_port
from deploy.local.postgres import (
    Cluster,
    Server,
    ensure_database,
    prepare,
    running,
    stored_password,
    wait_until_ready,
)
from tests.testkit.eventually import eventually
from tests.testkit.product import CHECKOUT, processes_of

OWNER = """
import sys, time
from pathlib import Path
from deploy.local.postgres import running
with running(Path(sys.argv[1]), durable=False):
    print("up", flush=True)
    time.sleep(60)
"""


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        value: object = await connection.fetchval(query)
        return value
    finally:
        await connection.close()


async def test_each_role_reaches_its_own_database_alone(cluster: Cluster) -> None:
    mine = await ensure_database(cluster, "one-owner", "secret-1")
    await ensure_database(cluster, "other-owner", "secret-2")
    assert await ask(mine, "SELECT current_user") == "one-owner"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(cluster.url("other-owner", "one-owner", "secret-1"), "SELECT 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(cluster.url("one-owner", "one-owner", "wrong"), "SELECT 1")


async def test_ensuring_a_database_again_keeps_it_and_renews_the_password(cluster: Cluster) -> None:
    first = await ensure_database(cluster, "kept", "secret-1")
    await ask(first, "CREATE TABLE t (n int)")
    again = await ensure_database(cluster, "kept", "secret-2")
    assert await ask(again, "SELECT count(*) FROM t") == 0


async def test_committed_data_survives_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "data"
    cluster = Cluster(data, free_port(), stored_password(data))
    prepare(cluster)
    server = Server(cluster)
    server.start()
    try:
        await ask(cluster.url("postgres"), "CREATE TABLE t AS SELECT 7 AS n")
        server.kill()
        server.start()
        await wait_until_ready(cluster)
        assert await ask(cluster.url("postgres"), "SELECT n FROM t") == 7
    finally:
        server.stop()


def test_a_half_made_data_directory_is_made_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    with running(data, durable=False) as cluster:
        assert cluster.data == data
    assert (data / "global" / "pg_control").exists()


async def test_it_listens_on_loopback_without_a_socket_file(cluster: Cluster) -> None:
    url = cluster.url("postgres")
    assert await ask(url, "SHOW listen_addresses") == "127.0.0.1"
    assert await ask(url, "SHOW unix_socket_directories") == ""
    assert await ask(url, "SHOW server_version_num") >= "180000"  # type: ignore[operator]  # text


async def test_it_ends_with_a_killed_owner(tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments = (sys.executable, "-c", OWNER, str(data))
    owner = await asyncio.create_subprocess_exec(*arguments, cwd=CHECKOUT, stdout=PIPE)
    assert owner.stdout is not None
    assert await owner.stdout.readline() == b"up\n"
    owner.kill()
    await owner.wait()
    await eventually(lambda: not processes_of(data))


async def test_a_server_that_cannot_start_names_its_log(tmp_path: Path, cluster: Cluster) -> None:
    data = tmp_path / "data"
    taken = Cluster(data, cluster.port, stored_password(data), durable=False)
    prepare(taken)
    (data / "postgresql.conf").write_text("no_such_setting = on\n")
    server = Server(Cluster(data, free_port(), taken.password))
    with pytest.raises(PostgresUnavailable, match=r"data\.log"):
        server.start()
