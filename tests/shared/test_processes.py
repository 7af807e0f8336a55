"""Web and worker processes come up, answer, and end cleanly when they are told to."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import httpx
import pytest

from deploy.local.ports import free_port
from tests.testkit.eventually import eventually


@asynccontextmanager
async def process(
    kind: str, **environment: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The process and the URL of its health; killed at the end if it is still there."""
    port = free_port()
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.shared.processes",
        kind,
        env={**os.environ, **environment, "PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield started, f"http://127.0.0.1:{port}/health"
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def answers(url: str, status: int) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(url)).status_code == status
        except httpx.TransportError:
            return False


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_a_web_process_ends_at_a_signal_and_is_told_first(ending: signal.Signals) -> None:
    async with process("web") as (started, health):
        await eventually(lambda: answers(f"{health}/live", 200), within_seconds=30)
        started.send_signal(ending)
        async with asyncio.timeout(10):
            output, _ = await started.communicate()
    assert b"ending" in output
    assert b"Traceback" not in output


async def test_a_worker_process_ends_cleanly_at_sigterm(
    service_url: str, database_url: str
) -> None:
    environment = {"DATABASE_URL": service_url, "BUS_URL": database_url}
    async with process("worker", **environment) as (started, health):
        await eventually(lambda: answers(f"{health}/ready", 200), within_seconds=30)
        told = monotonic()
        started.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            output, _ = await started.communicate()
    assert started.returncode == 0
    assert b"Traceback" not in output
    assert monotonic() - told < 5


async def test_a_worker_lives_on_while_everything_it_needs_is_away() -> None:
    nowhere = "postgresql://nobody:x@127.0.0.1:9/none"
    async with process("worker", DATABASE_URL=nowhere, BUS_URL=nowhere) as (started, health):
        await eventually(lambda: answers(f"{health}/live", 200), within_seconds=30)
        assert await answers(f"{health}/ready", 503)
        await asyncio.sleep(2)
        assert started.returncode is None
        started.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await started.communicate()
    assert started.returncode == 0
