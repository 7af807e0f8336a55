"""Handlers run once per event in one transaction; the worker outlives what it depends on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.ports import free_port
from shared.bus import Bus, MessageRejected, Queue
from shared.bus.connect import connect
from shared.contracts.events import Event
from shared.db import Database
from shared.outbox import append
from shared.worker import Consumer, Job, WorkerSpec, event_handler, run_worker
from tests.testkit.databases import Databases
from tests.testkit.events import a_message, an_event, as_message
from tests.testkit.eventually import eventually
from tests.testkit.proxy import proxied

THINGS = Queue("test.things", ("tests.thing.#",))
HAPPENED = "tests.thing.happened"


class Applied(list[Event]):
    """A handler that remembers, and writes a row to see its transaction by."""

    async def __call__(self, session: AsyncSession, event: Event) -> None:
        await session.execute(text("INSERT INTO effect (id) VALUES (:id)"), {"id": event.id})
        self.append(event)


@pytest.fixture
async def effects(database: Database) -> Callable[[], "asyncio.Future[int]"]:
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE effect (id uuid)"))

    async def count() -> int:
        async with database.reading() as session:
            return int((await session.execute(text("SELECT count(*) FROM effect"))).scalar_one())

    return count  # type: ignore[return-value]  # awaiting it gives the count


@pytest.fixture
async def bus_url(databases: Databases) -> AsyncIterator[str]:
    url = await databases.create()
    yield url
    await databases.drop(url)


@asynccontextmanager
async def working(spec: WorkerSpec) -> AsyncIterator[str]:
    """A worker for the length of the block; the URL of its health."""
    stop, spec = asyncio.Event(), replace(spec, port=free_port())
    task = asyncio.create_task(run_worker(spec, stop))
    try:
        yield f"http://127.0.0.1:{spec.port}/health"
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def status(url: str) -> int:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(url)).status_code
        except httpx.TransportError:
            return 0


async def is_ready(url: str) -> bool:
    return await status(f"{url}/ready") == 200


def a_spec(database: Database, bus: Bus, handler: Applied) -> WorkerSpec:
    consumer = Consumer(THINGS, {HAPPENED: handler})
    return WorkerSpec("test", database, bus, consumers=(consumer,), queues=(THINGS,))


async def test_an_event_travels_from_outbox_to_handler_once(
    database: Database, bus_url: str, effects: Callable[[], "asyncio.Future[int]"]
) -> None:
    applied, event = Applied(), an_event()
    async with working(a_spec(database, connect(bus_url), applied)) as health:
        await eventually(lambda: is_ready(health))
        async with database.transaction() as session:
            await append(session, event)
        await eventually(lambda: len(applied) == 1)
        await asyncio.sleep(0.3)
    assert applied == [event]
    assert await effects() == 1


async def test_a_duplicate_has_no_second_effect(
    database: Database, effects: Callable[[], "asyncio.Future[int]"]
) -> None:
    handle = event_handler(database, Consumer(THINGS, {HAPPENED: Applied()}))
    message = as_message(an_event())
    await asyncio.gather(*(handle(message) for _ in range(5)))
    assert await effects() == 1


async def test_a_failing_handler_leaves_nothing_and_is_tried_again(
    database: Database, effects: Callable[[], "asyncio.Future[int]"]
) -> None:
    applied = Applied()

    async def fail_first(session: AsyncSession, event: Event) -> None:
        await applied(session, event)
        if len(applied) == 1:
            raise RuntimeError("after its effect")

    handle = event_handler(database, Consumer(THINGS, {HAPPENED: fail_first}))
    message = as_message(an_event())
    with pytest.raises(RuntimeError):
        await handle(message)
    assert await effects() == 0
    await handle(message)
    assert await effects() == 1


async def test_other_event_types_are_none_of_its_business(database: Database) -> None:
    handle = event_handler(database, Consumer(THINGS, {HAPPENED: Applied()}))
    await handle(as_message(an_event("tests.thing.vanished")))


async def test_what_it_cannot_read_is_rejected(database: Database) -> None:
    handle = event_handler(database, Consumer(THINGS, {HAPPENED: Applied()}))
    for message in (a_message(body=b"{"), as_message(an_event(HAPPENED, schema_version=9))):
        with pytest.raises(MessageRejected):
            await handle(message)


async def test_while_the_database_is_away_an_event_waits_and_costs_no_attempt(
    service_url: str, effects: Callable[[], "asyncio.Future[int]"]
) -> None:
    async with proxied(service_url) as (proxy, url):
        database = Database(url)
        handle = event_handler(database, Consumer(THINGS, {HAPPENED: Applied()}))
        await proxy.cut()
        handling = asyncio.ensure_future(handle(as_message(an_event())))
        await asyncio.sleep(0.3)
        assert not handling.done()
        await proxy.heal()
        async with asyncio.timeout(10):
            await handling
        await database.close()
    assert await effects() == 1


async def test_it_comes_up_without_the_broker_and_says_so(
    database: Database, bus_url: str, effects: Callable[[], "asyncio.Future[int]"]
) -> None:
    applied = Applied()
    async with proxied(bus_url) as (proxy, url):
        await proxy.cut()
        async with working(a_spec(database, connect(url), applied)) as health:
            await eventually(lambda: _answers(f"{health}/live", 200))
            assert await status(f"{health}/ready") == 503
            async with database.transaction() as session:
                await append(session, an_event())
            await proxy.heal()
            await eventually(lambda: is_ready(health), within_seconds=15)
            await eventually(lambda: len(applied) == 1)
            await proxy.cut()
            await eventually(lambda: _answers(f"{health}/ready", 503))
    assert await effects() == 1


async def _answers(url: str, code: int) -> bool:
    return await status(url) == code


async def test_a_job_runs_every_so_often_and_survives_its_faults(
    database: Database, bus_url: str
) -> None:
    runs: list[int] = []

    async def run() -> None:
        runs.append(len(runs))
        if len(runs) == 1:
            raise RuntimeError("the first run fails")

    job = Job("count", timedelta(milliseconds=50), run)
    async with working(WorkerSpec("test", database, connect(bus_url), jobs=(job,), queues=())):
        await eventually(lambda: len(runs) >= 4)


async def test_a_job_that_hangs_is_cut_off_and_run_again(database: Database, bus_url: str) -> None:
    runs: list[int] = []

    async def hang() -> None:
        runs.append(1)
        await asyncio.Event().wait()

    every, limit = timedelta(milliseconds=50), timedelta(milliseconds=100)
    job = Job("hang", every, hang, time_limit=limit)
    async with working(WorkerSpec("test", database, connect(bus_url), jobs=(job,), queues=())):
        await eventually(lambda: len(runs) >= 3)


async def test_a_notification_wakes_a_job_before_its_time(database: Database, bus_url: str) -> None:
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)

    job = Job("woken", timedelta(hours=1), run, wake_on="work")
    spec = WorkerSpec("test", database, connect(bus_url), jobs=(job,), queues=())
    async with working(spec) as health:
        await eventually(lambda: is_ready(health))
        await asyncio.sleep(0.5)  # the wake-up of the first connecting
        before = len(runs)
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_notify('work', '')"))
        assert await eventually(lambda: len(runs) > before) < 1


async def test_a_background_task_is_started_again_when_it_fails(
    database: Database, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.worker.PAUSE_SECONDS", 0.05)
    starts: list[int] = []

    async def fail() -> None:
        starts.append(1)
        raise RuntimeError("always")

    async with working(WorkerSpec("test", database, connect(bus_url), tasks=(fail,), queues=())):
        await eventually(lambda: len(starts) >= 3)
