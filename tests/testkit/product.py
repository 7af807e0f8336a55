"""The whole product as `make run` starts it, in a folder and on a port of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import free_port

CHECKOUT = Path(__file__).parents[2]
READY_SECONDS = 120.0
END_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Product:
    """A running product: its gateway's URL, its data folder and its supervisor."""

    url: str
    home: Path
    supervisor: subprocess.Popen[bytes]
    log: Path

    def state(self) -> dict[str, Any]:
        """What the supervisor says of itself: ports, and the pid of each process by name."""
        state: dict[str, Any] = json.loads((self.home / "run.json").read_text())
        return state

    def pids(self) -> dict[str, int]:
        """Pid of each process that the supervisor keeps, by name."""
        pids: dict[str, int] = self.state()["processes"]
        return pids

    def is_ready(self) -> bool:
        """Whether the gateway says so."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def wait_ready(self) -> None:
        """Return when the supervisor has announced the product; raise with its output otherwise."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.supervisor.poll() is not None:
                raise AssertionError(f"the product ended at its start:\n{self.log.read_text()}")
            if self.url.encode() in self.log.read_bytes() and self.is_ready():
                return
            time.sleep(0.05)
        raise AssertionError(f"not ready in {READY_SECONDS:g} s:\n{self.log.read_text()}")

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send `sign` to the supervisor and return its exit code."""
        self.supervisor.send_signal(sign)
        return self.supervisor.wait(END_SECONDS)


def start(
    home: Path, *, port: int | None = None, environment: Mapping[str, str] | None = None
) -> Product:
    """Start the supervisor with `home` as its data folder; does not wait."""
    port = port or free_port()
    home.mkdir(parents=True, exist_ok=True)
    log = home.with_name(f"{home.name}.{time.monotonic_ns()}.log")
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"],
            cwd=CHECKOUT,
            env={**os.environ, "PORT": str(port), "FOYER_HOME": str(home), **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    return Product(f"http://127.0.0.1:{port}", home, supervisor, log)


@contextmanager
def running(home: Path, **environment: str) -> Iterator[Product]:
    """A ready product that is ended on leaving."""
    product = start(home, environment=environment)
    try:
        product.wait_ready()
        yield product
    finally:
        if product.supervisor.poll() is None:
            product.end()


def processes_of(home: Path) -> dict[int, str]:
    """Command lines of the live processes that know `home` by argument or environment, by pid."""
    needle = str(home).encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            command = (folder / "cmdline").read_bytes()
            if needle in command or needle in (folder / "environ").read_bytes():
                found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # ended meanwhile, or another user's
    return found
