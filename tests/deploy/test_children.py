"""Children that nobody can leave behind: a small supervisor in a process of its own is killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.testkit.eventually import eventually
from tests.testkit.product import CHECKOUT, processes_of

SUPERVISOR = """
import asyncio, json, os, sys
from pathlib import Path
from deploy.local.children import Nursery
from deploy.local.command import Command

home = Path(sys.argv[1])
environment = {**os.environ, "HOME_OF_TEST": str(home)}

def command(name, *arguments):
    return Command(arguments, home / f"{name}.log", environment, Path.cwd())

async def main():
    forge = command("forge", sys.executable, "-m", "deploy.local.forge")
    nursery = Nursery(home / "watchdog.lock", forge)
    shell = "trap '' TERM; (trap '' TERM; sleep 300) & sleep 300"
    stubborn = await nursery.start(command("stubborn", "sh", "-c", shell))
    forked = await nursery.start(
        command("forked", sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0")
    )
    print(json.dumps({"stubborn": stubborn.pid, "forked": forked.pid}), flush=True)
    if sys.argv[2:] == ["end"]:
        await nursery.end(stubborn, 0.3)
        await nursery.end(forked, 5)
        nursery.close()
        return
    print(await nursery.wait(forked), flush=True)
    await asyncio.sleep(300)

asyncio.run(main())
"""


@contextmanager
def a_supervisor(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Any]]:
    """The process and the pids that it says its children have."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(home), *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def test_a_killed_supervisor_leaves_no_process_however_stubborn(tmp_path: Path) -> None:
    with a_supervisor(tmp_path) as (supervisor, _):
        assert len(processes_of(tmp_path)) >= 5
        supervisor.kill()
        await eventually(lambda: not processes_of(tmp_path), within_seconds=15)


async def test_the_kernel_ends_children_when_the_watchdog_is_killed_too(tmp_path: Path) -> None:
    with a_supervisor(tmp_path) as (supervisor, pids):
        watchdog = [pid for pid, line in processes_of(tmp_path).items() if "watchdog.py" in line]
        os.kill(watchdog[0], signal.SIGKILL)
        supervisor.kill()
        await eventually(lambda: pids["forked"] not in processes_of(tmp_path))
    for pid in processes_of(tmp_path):  # the shells that trap SIGTERM had only the watchdog
        os.kill(pid, signal.SIGKILL)


async def test_ending_a_stubborn_child_ends_its_whole_group(tmp_path: Path) -> None:
    with a_supervisor(tmp_path, "end") as (supervisor, _):
        assert supervisor.wait(20) == 0
        await eventually(lambda: not processes_of(tmp_path))


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_a_forked_child_is_told_with_its_signal(
    tmp_path: Path, sign: signal.Signals
) -> None:
    with a_supervisor(tmp_path) as (supervisor, pids):
        os.kill(pids["forked"], sign)
        assert supervisor.stdout is not None
        assert int(supervisor.stdout.readline()) == -sign


def test_a_killed_forge_takes_its_children_along(tmp_path: Path) -> None:
    with a_supervisor(tmp_path) as (supervisor, pids):
        stat = Path(f"/proc/{pids['forked']}/stat").read_text()
        forge = int(stat.rpartition(")")[2].split()[1])
        os.kill(forge, signal.SIGKILL)
        assert supervisor.stdout is not None
        assert int(supervisor.stdout.readline()) == -signal.SIGTERM
