"""Liveness says the process runs; readiness tells the truth about what it needs."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from shared.db import Database
from shared.health import Check, NotReady, database_check, health_routes


async def ask(path: str, **checks: Check) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=health_routes(checks)))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get(path)


async def well() -> None:
    return None


async def broken() -> None:
    raise NotReady("the broker is not connected")


async def hanging() -> None:
    await asyncio.Event().wait()


async def test_ready_when_all_checks_pass() -> None:
    answer = await ask("/health/ready", one=well, two=well)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"one": "ok", "two": "ok"}}


async def test_not_ready_names_what_is_wrong() -> None:
    answer = await ask("/health/ready", one=well, bus=broken)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "one": "ok",
        "bus": "NotReady: the broker is not connected",
    }


async def test_a_check_that_hangs_is_a_failed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.health.CHECK_TIMEOUT_SECONDS", 0.05)
    answer = await ask("/health/ready", slow=hanging)
    assert answer.status_code == 503


async def test_live_whatever_the_checks_say() -> None:
    assert (await ask("/health/live", bus=broken)).status_code == 200


async def test_the_database_is_asked(database: Database) -> None:
    away = Database("postgresql://nobody:x@127.0.0.1:9/none")
    assert (await ask("/health/ready", db=database_check(database))).status_code == 200
    assert (await ask("/health/ready", db=database_check(away))).status_code == 503
