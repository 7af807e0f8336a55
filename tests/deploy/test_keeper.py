"""A keeper keeps its process running, says when it was not, and gives up only at the start."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.children import Nursery
from deploy.local.command import Command
from deploy.local.errors import StartFailed
from deploy.local.keeper import Keeper, ProcessSpec
from deploy.local.ports import free_port
from deploy.local.probe import answers_ok, listens
from tests.testkit.eventually import eventually

SERVER = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""


@pytest.fixture
async def nursery(tmp_path: Path) -> AsyncIterator[Nursery]:
    forge = Command((sys.executable, "-c", ""), tmp_path / "forge.log")
    made = Nursery(tmp_path / "watchdog.lock", forge)
    yield made
    await asyncio.to_thread(made.close)


def a_keeper(tmp_path: Path, nursery: Nursery, *arguments: str, port: int = 0) -> Keeper:
    """Of `python <arguments>`; what it says is in `said`."""
    command = Command((sys.executable, *arguments), tmp_path / "it.log", dict(os.environ))
    return Keeper(ProcessSpec("it", command, listens(port)), nursery, said.append, lambda: None)


said: list[str] = []


@pytest.fixture(autouse=True)
def _silence() -> None:
    said.clear()


async def test_a_killed_process_is_started_again_with_one_line(
    tmp_path: Path, nursery: Nursery
) -> None:
    port = free_port()
    keeper = a_keeper(tmp_path, nursery, "-u", "-c", SERVER, str(port), port=port)
    keeper.start()
    await keeper.ready()
    first = keeper.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: keeper.pid not in (None, first))
    await keeper.ready()
    assert said == ["it ended (SIGKILL); starting it again"]
    assert await answers_ok(port, "/")()
    await keeper.stop()
    assert not await listens(port)()


async def test_one_that_ends_at_its_start_is_reported_with_its_last_words(
    tmp_path: Path, nursery: Nursery
) -> None:
    keeper = a_keeper(tmp_path, nursery, "-c", "raise SystemExit('no such colour')", port=1)
    keeper.start()
    with pytest.raises(StartFailed, match=r"it ends at its start .*no such colour .*it\.log"):
        await keeper.ready()


async def test_stopping_while_it_waits_for_the_next_start_ends_it(
    tmp_path: Path, nursery: Nursery
) -> None:
    keeper = a_keeper(tmp_path, nursery, "-c", "", port=1)
    keeper.start()
    await eventually(lambda: said != [])
    await keeper.stop()
    assert keeper.pid is None
