"""Before a start: is anything on this machine in the way? One clear line for each such thing."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from deploy.local.errors import PreflightFailed
from deploy.local.layout import Layout
from deploy.local.ports import is_taken

NEEDED_BYTES = 512 * 1024 * 1024
KEPT_LOG_BYTES = 1024 * 1024
_LAST_RUN_SECONDS = 20.0


def make_folders(layout: Layout) -> None:
    """Make the data folder, closed to others; raises PreflightFailed when that is refused."""
    try:
        layout.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        layout.logs.mkdir(exist_ok=True)
        layout.cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PreflightFailed(f"cannot make {error.filename}: {error.strerror}") from error


def rotate_logs(layout: Layout) -> None:
    """Put logs that have grown aside, one generation deep, before anybody writes to them."""
    for log in layout.logs.glob("*.log"):
        if log.stat().st_size > KEPT_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


def check_machine(layout: Layout, port: int) -> None:
    """The platform, the disk and the port; raises PreflightFailed."""
    if sys.platform == "win32":
        raise PreflightFailed("Windows is not supported: use WSL 2")
    free = shutil.disk_usage(layout.home).free
    if free < NEEDED_BYTES:
        raise PreflightFailed(
            f"the disk of {layout.home} has {free // 2**20} MB free; "
            f"{NEEDED_BYTES // 2**20} MB are needed"
        )
    if is_taken(port):
        raise PreflightFailed(
            f"port {port} is taken: choose another, as in `make run PORT={port + 1}`"
        )


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Hold the data folder's lock; raises PreflightFailed that names the pid of who holds it.

    A killed supervisor's lock is free at once; its processes are waited for.
    """
    with open(layout.lock, "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PreflightFailed(
                f"already running in {layout.home} (pid {_pid(lock)}): end that first"
            ) from error
        _wait_for_last_run(layout.home / "watchdog.lock")
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def _pid(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"


def _wait_for_last_run(path: Path) -> None:
    """Wait until the watchdog of a killed supervisor has ended that one's processes."""
    deadline = time.monotonic() + _LAST_RUN_SECONDS
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    message = f"processes of the last run do not end (stale lock {path})"
                    raise PreflightFailed(message) from error
                time.sleep(0.05)
            else:
                return
