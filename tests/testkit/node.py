"""Published JavaScript packages for tests: installed from the lock of `tests/node` at first use."""

import fcntl
import os
import subprocess
from functools import cache
from pathlib import Path

from deploy.local.node import Node, find_node
from deploy.local.records import Stamps, digest
from tests.testkit.product import CHECKOUT

FOLDER = CHECKOUT / "tests" / "node"
INSTALL_SECONDS = 300


@cache
def installed_node() -> Node:
    """Node, with the packages of `tests/node/package-lock.json` beside its scripts."""
    downloads = Path(os.environ.get("FOYER_CACHE", CHECKOUT / ".foyer" / "cache"))
    downloads.mkdir(parents=True, exist_ok=True)
    with (downloads / "tests-node.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node = find_node(downloads)
        stamps = Stamps(FOLDER / "node_modules" / ".installed.json")
        current = digest([FOLDER / "package-lock.json"])
        if not stamps.is_current("npm ci", current):
            subprocess.run(
                [*node.npm, "ci", "--no-audit", "--no-fund", "--silent"],
                cwd=FOLDER,
                env={**os.environ, "PATH": node.path()},
                timeout=INSTALL_SECONDS,
                check=True,
            )
            stamps.put("npm ci", current)
    return node


def run_script(
    name: str, *arguments: str, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `tests/node/<name>` to its end; stdout and stderr are kept."""
    node = installed_node()
    return subprocess.run(
        ["node", name, *arguments],
        cwd=FOLDER,
        env={**os.environ, "PATH": node.path()},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
