"""A broker process that is killed and started again loses nothing that it confirmed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import postgres, rabbitmq
from deploy.local.ports import free_port
from shared.bus import Bus, Message, PublishFailed, Queue
from shared.bus.connect import connect
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually
from tests.testkit.fixtures import CACHE

THINGS = Queue("test.things", ("tests.thing.#",))
REGISTRATION_SECONDS = 7
"""RabbitMQ 3.10 writes the registration of a new quorum queue to disk some seconds later; killed
before that, it starts without the queue's leader, and nothing brings that back."""

Server = postgres.Server | rabbitmq.Server


@pytest.fixture
def postgres_server(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    data = tmp_path / "data"
    cluster = postgres.Cluster(data, free_port(), postgres.stored_password(data))
    postgres.prepare(cluster)
    server = postgres.Server(cluster)
    server.start()
    yield server, cluster.url("postgres")
    server.stop()


@pytest.fixture
def rabbitmq_server(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    node = rabbitmq.private_node(tmp_path, CACHE)
    server = rabbitmq.Server(node)
    server.start()
    yield server, node.address.amqp_url
    server.stop()


@pytest.fixture(params=["postgres_server", "rabbitmq_server"])
def server(request: pytest.FixtureRequest) -> tuple[Server, str]:
    running: tuple[Server, str] = request.getfixturevalue(request.param)
    return running


class Sender:
    """Publishes until told to stop, each message again until it is confirmed."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.confirmed: set[object] = set()
        self.stopped = False

    async def run(self) -> None:
        while not self.stopped:
            message = a_message()
            while not await self._is_confirmed(message):
                await asyncio.sleep(0.05)
            self.confirmed.add(message.id)
            await asyncio.sleep(0.005)

    async def _is_confirmed(self, message: Message) -> bool:
        try:
            await self._bus.publish([message])
        except PublishFailed:
            return False
        return True

    async def confirms(self, count: int) -> None:
        """Return when `count` more messages were confirmed."""
        goal = len(self.confirmed) + count
        await eventually(lambda: len(self.confirmed) >= goal, within_seconds=30)


async def test_what_was_confirmed_is_delivered_although_the_broker_was_killed(
    server: tuple[Server, str],
) -> None:
    process, url = server
    sending, receiving = connect(url), connect(url)
    for bus in (sending, receiving):
        await bus.start()
        await bus.declare([THINGS])
    await eventually(lambda: sending.connected and receiving.connected)
    await asyncio.sleep(REGISTRATION_SECONDS)
    received, sender = Received(), Sender(sending)
    async with consuming(receiving, THINGS, received.handle), asyncio.TaskGroup() as group:
        group.create_task(sender.run())
        for _ in range(2):
            await sender.confirms(30)
            await asyncio.to_thread(process.kill)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(process.start)
        await sender.confirms(30)
        sender.stopped = True
        await eventually(lambda: sender.confirmed <= set(received.ids), within_seconds=30)
    for bus in (sending, receiving):
        await bus.close()
