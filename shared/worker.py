"""A `WorkerSpec` in, one process out: relay, consumers, jobs and health under one task group.

It comes up and stays up while the broker or the database is away; `/health/ready` says so.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import uvloop
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from shared import inbox, outbox
from shared.bus.base import Bus, Message, MessageRejected, Queue
from shared.contracts.codec import ContractError
from shared.contracts.events import Event, decode
from shared.contracts.topology import QUEUES
from shared.db import Database, is_unavailable
from shared.health import Check, bus_check, database_check, health_routes
from shared.listen import listen
from shared.resend import EVERY as RESEND_EVERY
from shared.resend import resend
from shared.serve import embedded_server
from shared.trace import Trace, tracing

logger = logging.getLogger(__name__)

EventHandler: TypeAlias = Callable[[AsyncSession, Event], Awaitable[None]]
"""Applies one event inside one transaction, in which the inbox row is already written."""

Task: TypeAlias = Callable[[], Awaitable[None]]

PAUSE_SECONDS = 1.0
HOUSEKEEPING_INTERVAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Consumer:
    """One queue and what to do with each event type; other types are none of its business.

    The queue's name is the consumer's in the inbox. An event in a schema version that is not
    listed is parked.
    """

    queue: Queue
    handlers: Mapping[str, EventHandler]
    schema_versions: frozenset[int] = frozenset({1})


@dataclass(frozen=True, slots=True)
class Job:
    """Something to run every so often, and at once when `wake_on` (a channel) is notified.

    A run that raises or exceeds its time limit is logged, and tried again at the next turn.
    """

    name: str
    every: timedelta
    run: Task
    wake_on: str | None = None
    time_limit: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What one service does behind the scenes. `tasks` run for ever, restarted when they fail."""

    name: str
    database: Database
    bus: Bus
    consumers: Sequence[Consumer] = ()
    jobs: Sequence[Job] = ()
    tasks: Sequence[Task] = ()
    host: str = "127.0.0.1"
    port: int = 0
    checks: Mapping[str, Check] = field(default_factory=dict)
    routes: Sequence[BaseRoute] = ()
    queues: Sequence[Queue] = QUEUES
    resent: frozenset[str] = frozenset()
    """Event types of this service that others must not miss: see `shared.resend`."""


def run(spec: WorkerSpec) -> None:
    """Run until SIGTERM or SIGINT; what was under way is rolled back and redelivered."""
    uvloop.run(_run_until_signalled(spec))


async def run_worker(spec: WorkerSpec, stop: asyncio.Event) -> None:
    """Run until `stop` is set, or for ever until cancelled."""
    server = embedded_server(_health_app(spec), spec.host, spec.port)
    await spec.bus.start()
    try:
        await spec.bus.declare(spec.queues)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(), name="health")
            running = [group.create_task(task(), name=name) for name, task in _parts(spec)]
            await stop.wait()
            for part in running:
                part.cancel()
            server.should_exit = True
            await serving
    finally:
        await spec.bus.close()
        await spec.database.close()


async def _run_until_signalled(spec: WorkerSpec) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for received in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(received, stop.set)
    await run_worker(spec, stop)


def _health_app(spec: WorkerSpec) -> Starlette:
    checks = {"database": database_check(spec.database), "bus": bus_check(spec.bus), **spec.checks}
    return Starlette(routes=[*health_routes(checks), *spec.routes])


def _parts(spec: WorkerSpec) -> list[tuple[str, Callable[[], Any]]]:
    """Everything that runs until it is cancelled, by name."""
    relay = outbox.Relay(spec.database, spec.bus)
    jobs = (*spec.jobs, _housekeeping(spec.database), *_resending(spec))
    wakes = {job.name: asyncio.Event() for job in jobs}
    parts: list[tuple[str, Callable[[], Any]]] = [("outbox relay", relay.run)]
    parts += [(consumer.queue.name, _consuming(spec, consumer)) for consumer in spec.consumers]
    parts += [(job.name, _repeating(job, wakes[job.name])) for job in jobs]
    parts += [(f"task {index}", _restarting(task)) for index, task in enumerate(spec.tasks)]
    if any(job.wake_on for job in spec.jobs):
        parts.append(("wake-ups", _waking(spec, wakes)))
    return parts


def _consuming(spec: WorkerSpec, consumer: Consumer) -> Task:
    async def consume() -> None:
        await spec.bus.consume(consumer.queue, event_handler(spec.database, consumer))

    return consume


def event_handler(database: Database, consumer: Consumer) -> Callable[[Message], Awaitable[None]]:
    """What the bus calls for each message of the consumer: at most one effect per message id.

    Raises MessageRejected for what can never be handled. While the database is away it waits,
    so that an outage costs no attempts.
    """

    async def handle(message: Message) -> None:
        try:
            event = decode(message.body)
            handler = consumer.handlers.get(event.type)
            if handler is None:
                return
            if event.schema_version not in consumer.schema_versions:
                raise MessageRejected(f"{event.type} in schema version {event.schema_version}")
            await _apply(database, consumer, event, handler)
        except ContractError as error:
            raise MessageRejected(str(error)) from error

    return handle


async def _apply(
    database: Database, consumer: Consumer, event: Event, handler: EventHandler
) -> None:
    while True:
        try:
            async with database.transaction() as session:
                if await inbox.first_time(session, consumer.queue.name, event.id):
                    with tracing(Trace(event.correlation_id, event.id, event.traceparent)):
                        await handler(session, event)
        except Exception as error:
            if not is_unavailable(error):
                raise
            logger.warning("%s waits for its database: %s", consumer.queue.name, error)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


def _repeating(job: Job, wake: asyncio.Event) -> Task:
    async def repeat() -> None:
        while True:
            wake.clear()
            try:
                async with asyncio.timeout(job.time_limit.total_seconds()):
                    await job.run()
            except Exception:  # the edge: a job's fault must not end the worker
                logger.exception("job %s failed", job.name)
                await asyncio.sleep(min(PAUSE_SECONDS, job.every.total_seconds()))
            try:
                async with asyncio.timeout(job.every.total_seconds()):
                    await wake.wait()
            except TimeoutError:
                continue

    return repeat


def _restarting(task: Task) -> Task:
    async def restart() -> None:
        while True:
            try:
                await task()
            except Exception:  # the edge: a task's fault must not end the worker
                logger.exception("background task failed; it is started again")
            await asyncio.sleep(PAUSE_SECONDS)

    return restart


def _waking(spec: WorkerSpec, wakes: Mapping[str, asyncio.Event]) -> Task:
    """Turn notifications into wake-ups; after a lost connection, wake everyone."""
    by_channel: dict[str, list[asyncio.Event]] = {}
    for job in spec.jobs:
        if job.wake_on is not None:
            by_channel.setdefault(job.wake_on, []).append(wakes[job.name])

    def wake(channel: str) -> None:
        for event in by_channel[channel]:
            event.set()

    def wake_all() -> None:
        for channel in by_channel:
            wake(channel)

    async def run_listener() -> None:
        channels = {channel: _calling(wake, channel) for channel in by_channel}
        await listen(spec.database.url, channels, wake_all)

    return run_listener


def _calling(wake: Callable[[str], None], channel: str) -> Callable[[str], None]:
    return lambda _payload: wake(channel)


def _resending(spec: WorkerSpec) -> Sequence[Job]:
    async def run_resend() -> None:
        await resend(spec.database, spec.resent)

    return [Job("resend", RESEND_EVERY, run_resend)] if spec.resent else []


def _housekeeping(database: Database) -> Job:
    async def forget() -> None:
        await outbox.forget_sent(database)
        await inbox.forget_old(database)

    return Job("housekeeping", HOUSEKEEPING_INTERVAL, forget)
