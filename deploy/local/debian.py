"""Debian packages as a private folder: package names go in, an unpacked tree comes out.

Needs `apt-get` and `dpkg-deb` and the machine's own package sources; needs no root and
changes nothing on the machine. Where the machine's package lists are empty or stale, lists
of our own are fetched into a scratch folder.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.parent_death import die_with_parent

_TIMEOUT_SECONDS = 600


class PackagesUnavailable(LocalError):
    """The packages cannot be fetched here; the message says which step failed and how."""


def leave_alone(tree: Path) -> None:
    """The mending of packages that work wherever they lie."""


def unpack(
    packages: Sequence[str],
    into: Path,
    *,
    with_dependencies: bool = False,
    mend: Callable[[Path], None] = leave_alone,
) -> Path:
    """`into`, holding the files of `packages`; fetched once, then taken as it is.

    `with_dependencies` adds what they need and the machine has not installed. `mend` gets the
    tree before it becomes visible. Safe to call from several processes at once. Raises
    PackagesUnavailable.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with _locked(into.with_suffix(".lock")):
        if into.exists():
            return into
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise PackagesUnavailable(f"there is no `{tool}` on this machine")
        with tempfile.TemporaryDirectory(dir=into.parent, prefix="fetch-") as scratch:
            tree = Path(scratch) / "tree"
            tree.mkdir()
            for package in _download(Path(scratch), packages, with_dependencies):
                _run(("dpkg-deb", "-x", str(package), str(tree)), Path(scratch))
            mend(tree)
            tree.rename(into)
    return into


def missing_packages(*packages: str, options: Sequence[str] = ()) -> tuple[str, ...]:
    """`packages` and all they depend on, without what the machine has installed already."""
    command = ("apt-get", *options, "-s", "--no-install-recommends", "install", *packages)
    simulated = _run(command, Path.cwd())
    return tuple(re.findall(r"^Inst (\S+)", simulated, re.MULTILINE))


def _download(scratch: Path, packages: Sequence[str], with_dependencies: bool) -> list[Path]:
    """First by the machine's package lists, then by lists of our own."""
    try:
        return _download_by((), scratch / "first", packages, with_dependencies)
    except PackagesUnavailable:
        state, cache = scratch / "state", scratch / "cache"
        for each in (state / "lists" / "partial", cache / "archives" / "partial"):
            each.mkdir(parents=True)
        settings = (
            f"Dir::State={state}",
            f"Dir::Cache={cache}",
            "Dir::State::status=/var/lib/dpkg/status",
            "APT::Sandbox::User=",
        )
        options = tuple(part for setting in settings for part in ("-o", setting))
        _run(("apt-get", *options, "-q", "update"), scratch)
        return _download_by(options, scratch / "second", packages, with_dependencies)


def _download_by(
    options: Sequence[str], folder: Path, packages: Sequence[str], with_dependencies: bool
) -> list[Path]:
    folder.mkdir()
    wanted = missing_packages(*packages, options=options) if with_dependencies else packages
    if wanted:
        _run(("apt-get", *options, "-q", "download", *wanted), folder)
    return sorted(folder.glob("*.deb"))


def _run(command: Sequence[str], folder: Path) -> str:
    """The command's output; raises PackagesUnavailable with its first error line."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            preexec_fn=die_with_parent(),
        )
    except subprocess.TimeoutExpired as error:
        raise PackagesUnavailable(f"`{command[0]}` took over {_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        reason = (lines or done.stderr.splitlines() or [f"exit code {done.returncode}"])[0]
        raise PackagesUnavailable(f"`{command[0]}` failed: {reason}")
    return done.stdout


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
