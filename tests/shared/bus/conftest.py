"""The brokers that the contract suite runs on: PostgreSQL and RabbitMQ."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from shared.bus import Bus, Queue
from shared.bus.connect import connect
from shared.bus.postgres import consumer as postgres_consumer
from shared.bus.rabbitmq import consumer as rabbitmq_consumer
from shared.bus.rabbitmq import topology as rabbitmq_topology
from tests.testkit.eventually import eventually

BusFactory = Callable[..., Awaitable[Bus]]


@pytest.fixture(params=["postgres", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty broker of the test's own."""
    fixture = {"postgres": "database_url", "rabbitmq": "amqp_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def open_bus(bus_url: str) -> AsyncIterator[BusFactory]:
    """Opens any number of connected buses on the broker; closes them after the test."""
    async with AsyncExitStack() as opened:

        async def open_one(*queues: Queue, url: str = bus_url) -> Bus:
            bus = connect(url)
            await bus.start()
            opened.push_async_callback(bus.close)
            await bus.declare(queues)
            await eventually(lambda: bus.connected)
            return bus

        yield open_one


THINGS = Queue("test.things", ("tests.thing.#",))


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two retries of at most a second, so that a test sees the end of them."""
    quick = (timedelta(milliseconds=200), timedelta(milliseconds=400))
    for module in (postgres_consumer, rabbitmq_consumer, rabbitmq_topology):
        monkeypatch.setattr(module, "RETRY_DELAYS", quick)
