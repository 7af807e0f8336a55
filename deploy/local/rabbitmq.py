"""A private RabbitMQ: a folder goes in, a broker on loopback ports comes out.

The programs are Debian's packages, unpacked into a cache (`deploy.local.debian`); the node's
data, cookie, logs and ports are its own, so it neither sees nor disturbs another RabbitMQ.
`RABBITMQ_URL` names a broker to use instead.

    with broker(folder, cache) as address:               # tests
        url = add_virtual_host(address, "t1")            # amqp://…/t1

The supervisor uses the parts: `programs`, `configure`, `epmd_command`, `node_command`.
"""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from deploy.local.debian import PackagesUnavailable, unpack
from deploy.local.errors import RabbitMQUnavailable
from deploy.local.parent_death import die_with_parent
from deploy.local.ports import LOOPBACK, free_ports, is_taken

_ERLANG = (
    "asn1 base crypto eldap ftp inets mnesia os-mon parsetools public-key runtime-tools snmp ssl "
    "syntax-tools tftp tools xmerl"
)
PACKAGES = ("rabbitmq-server", "libsctp1", *(f"erlang-{name}" for name in _ERLANG.split()))
USER = "foyer"


@dataclass(frozen=True, slots=True)
class Address:
    """How a broker is reached: AMQP and its management API, both with credentials."""

    amqp_url: str
    management_url: str


@dataclass(frozen=True, slots=True)
class Node:
    """One private broker: its programs, its folder, its ports and its user's password."""

    programs: Path
    folder: Path
    amqp_port: int
    management_port: int
    distribution_port: int
    epmd_port: int
    password: str

    @property
    def address(self) -> Address:
        """As `USER` on the default virtual host."""
        login = f"{USER}:{self.password}@{LOOPBACK}"
        return Address(
            f"amqp://{login}:{self.amqp_port}/", f"http://{login}:{self.management_port}"
        )


class Server:
    """The processes of one node, for tests and tools: start, stop, kill, start again."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._epmd: subprocess.Popen[bytes] | None = None
        self._broker: subprocess.Popen[bytes] | None = None

    def start(self, timeout_seconds: float = 60.0) -> None:
        """Start and return once it serves clients; raises RabbitMQUnavailable."""
        configure(self.node)
        if self._epmd is None or self._epmd.poll() is not None:
            self._epmd = self._spawn(epmd_command(self.node))
            _wait_for(self._epmd, lambda: is_taken(self.node.epmd_port), 10.0, "epmd")
        self._broker = self._spawn(node_command(self.node))
        _wait_for(self._broker, lambda: is_ready(self.node), timeout_seconds, "RabbitMQ")

    def stop(self) -> None:
        """End both processes and wait for them. A no-op when not running."""
        self._end(self._broker, signal.SIGTERM)
        self._end(self._epmd, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL the broker, as a crash would; `start` brings it back with its data."""
        self._end(self._broker, signal.SIGKILL)

    def _spawn(self, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with (self.node.folder / "output.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env={**os.environ, **environment(self.node)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )

    @staticmethod
    def _end(process: subprocess.Popen[bytes] | None, ending: signal.Signals) -> None:
        if process is None or process.poll() is not None:
            return
        process.send_signal(ending)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def broker(folder: Path, cache: Path) -> Iterator[Address]:
    """The broker that RABBITMQ_URL names, else a private one for the length of the block."""
    named = named_broker(os.environ)
    if named is not None:
        yield named
        return
    server = Server(private_node(folder, cache))
    try:
        server.start()
        yield server.node.address
    finally:
        server.kill()  # nobody will want its data again, and a clean end takes six seconds
        server.stop()


def named_broker(environ: Mapping[str, str]) -> Address | None:
    """The broker of RABBITMQ_URL (and RABBITMQ_MANAGEMENT_URL, by default port 15672 there)."""
    url = environ.get("RABBITMQ_URL")
    if not url:
        return None
    parts = urlsplit(url)
    login = f"{parts.username or 'guest'}:{parts.password or 'guest'}"
    default = f"http://{login}@{parts.hostname or LOOPBACK}:15672"
    return Address(url, environ.get("RABBITMQ_MANAGEMENT_URL") or default)


def private_node(folder: Path, cache: Path) -> Node:
    """A node in `folder` on free ports; its programs are fetched into `cache` when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    amqp, management, distribution, epmd = free_ports(4)
    password = folder / "password"
    if not password.exists():
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(24))
    return Node(programs(cache), folder, amqp, management, distribution, epmd, password.read_text())


def programs(cache: Path) -> Path:
    """The unpacked programs in `cache`, fetched once; raises RabbitMQUnavailable."""
    try:
        return unpack(PACKAGES, cache / "rabbitmq", mend=_mend)
    except PackagesUnavailable as error:
        raise RabbitMQUnavailable(
            f"no RabbitMQ: RABBITMQ_URL is not set and a private copy cannot be fetched ({error}); "
            "set RABBITMQ_URL=amqp://user:password@host:5672/ to a broker of yours"
        ) from error


def _mend(tree: Path) -> None:
    """Make Erlang's start scripts find their root where they are, not in /usr/lib/erlang."""
    for script in ("bin/erl", "bin/start"):
        path = tree / "usr/lib/erlang" / script
        here = 'ROOTDIR="$(cd "$(dirname "$0")/.." && pwd)"'
        path.write_text(path.read_text().replace("ROOTDIR=/usr/lib/erlang", here))


def configure(node: Node) -> None:
    """Write the node's configuration; repeating it changes nothing."""
    lines = {
        "listeners.tcp.1": f"{LOOPBACK}:{node.amqp_port}",
        "management.tcp.ip": LOOPBACK,
        "management.tcp.port": str(node.management_port),
        "default_user": USER,
        "default_pass": node.password,
        "disk_free_limit.absolute": "50MB",
        "log.console": "true",
        "log.console.level": "warning",
        "log.file": "false",
    }
    node.folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{key} = {value}\n" for key, value in lines.items())
    (node.folder / "rabbitmq.conf").write_text(text)
    (node.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")


def environment(node: Node) -> dict[str, str]:
    """The variables under which epmd and the node run; everything inside the node's folder."""
    erlang = node.programs / "usr/lib/erlang/bin"
    folder = node.folder
    arguments = "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"
    return {
        "PATH": f"{erlang}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LD_LIBRARY_PATH": ":".join(str(path) for path in node.programs.glob("usr/lib/*-linux-*")),
        "HOME": str(folder),
        "RABBITMQ_NODENAME": "foyer@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
        "RABBITMQ_NODE_PORT": str(node.amqp_port),
        "RABBITMQ_DIST_PORT": str(node.distribution_port),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": arguments,
        "ERL_EPMD_PORT": str(node.epmd_port),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the node instead of guarding it
    }


def epmd_command(node: Node) -> tuple[str, ...]:
    """Erlang's port mapper in the foreground; it must listen before the node starts."""
    return (str(node.programs / "usr/lib/erlang/bin/epmd"),)


def node_command(node: Node) -> tuple[str, ...]:
    """The broker in the foreground, as one process; SIGTERM ends it cleanly."""
    return (str(node.programs / "usr/lib/rabbitmq/bin/rabbitmq-server"),)


def is_ready(node: Node) -> bool:
    """Whether the management API answers, which it does last of all."""
    try:
        return _call(node.address, "GET", "/api/overview").status_code == 200
    except httpx.TransportError:
        return False


def add_virtual_host(address: Address, name: str) -> str:
    """Make a virtual host open to the address's own user; its AMQP URL. Repeatable."""
    parts = urlsplit(address.amqp_url)
    _call(address, "PUT", f"/api/vhosts/{quote(name, safe='')}").raise_for_status()
    permissions = {"configure": ".*", "write": ".*", "read": ".*"}
    user = quote(parts.username or "guest", safe="")
    path = f"/api/permissions/{quote(name, safe='')}/{user}"
    _call(address, "PUT", path, permissions).raise_for_status()
    return parts._replace(path=f"/{quote(name, safe='')}").geturl()


def drop_virtual_host(address: Address, name: str) -> None:
    """Remove a virtual host with everything in it."""
    _call(address, "DELETE", f"/api/vhosts/{quote(name, safe='')}").raise_for_status()


def _call(
    address: Address, method: str, path: str, body: Mapping[str, str] | None = None
) -> httpx.Response:
    with httpx.Client(base_url=address.management_url, timeout=10, trust_env=False) as client:
        return client.request(method, path, json=body)


def _wait_for(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], timeout_seconds: float, name: str
) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RabbitMQUnavailable(f"{name} did not start (exit code {process.poll()})")
        time.sleep(0.05)
