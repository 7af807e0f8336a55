"""What is particular to RabbitMQ: its topology, and queues that vanish or are emptied."""

import asyncio
from datetime import timedelta

import aio_pika
import httpx
import pytest

from deploy.local.rabbitmq import Address
from shared.bus import Queue, Unroutable
from shared.bus.connect import UnknownBroker, connect
from shared.bus.rabbitmq.topology import DELAY_STEPS, largest_step
from tests.shared.bus.test_delivery import NOBODYS
from tests.testkit.consuming import Received, consuming
from tests.testkit.events import a_message
from tests.testkit.eventually import eventually

THINGS = Queue("test.things", ("tests.thing.#",))


@pytest.fixture
def bus_url(amqp_url: str) -> str:
    return amqp_url


async def queues(address: Address, amqp_url: str) -> dict[str, dict[str, object]]:
    host = amqp_url.rsplit("/", 1)[1]
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{address.management_url}/api/queues/{host}")
    return {queue["name"]: queue for queue in answer.json()}


async def test_every_queue_is_durable_and_replicated_and_has_a_delivery_limit_where_it_is_read(
    open_bus: object, rabbitmq: Address, amqp_url: str
) -> None:
    await open_bus(THINGS)  # type: ignore[operator]  # the factory of the contract suite
    declared = await queues(rabbitmq, amqp_url)
    assert {queue["type"] for queue in declared.values()} == {"quorum"}
    assert all(queue["durable"] for queue in declared.values())
    arguments = {name: queue["arguments"] for name, queue in declared.items()}
    assert arguments["test.things"] == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 10,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "test.things.parked",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    assert arguments["retry.5s"]["x-message-ttl"] == 5000  # type: ignore[index]  # JSON
    assert arguments["delay.100ms"]["x-message-ttl"] == 100  # type: ignore[index]  # JSON


async def test_declaring_again_changes_nothing(open_bus: object) -> None:
    await open_bus(THINGS)  # type: ignore[operator]  # the factory of the contract suite
    bus = await open_bus(THINGS)  # type: ignore[operator]
    await bus.declare([THINGS])
    assert bus.connected


async def test_a_deleted_queue_fails_the_publish_and_is_made_again(
    open_bus: object, amqp_url: str
) -> None:
    bus = await open_bus(THINGS)  # type: ignore[operator]  # the factory of the contract suite
    await _delete(amqp_url, "test.things")
    with pytest.raises(Unroutable):
        await bus.publish([a_message(), a_message(NOBODYS)])
    await bus.publish([a_message()])
    received = Received()
    async with consuming(bus, THINGS, received.handle):
        await eventually(lambda: len(received) == 1)


async def test_a_consumer_survives_the_deletion_of_its_queue(
    open_bus: object, amqp_url: str
) -> None:
    bus = await open_bus(THINGS)  # type: ignore[operator]  # the factory of the contract suite
    received = Received()
    async with consuming(bus, THINGS, received.handle):
        await bus.publish([a_message()])
        await eventually(lambda: len(received) == 1)
        await _delete(amqp_url, "test.things")
        await asyncio.sleep(1.5)
        await bus.publish([a_message()])
        await eventually(lambda: len(received) == 2)


async def _delete(amqp_url: str, queue: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(queue)


@pytest.mark.parametrize("seconds", [0.001, 0.1, 1.99, 2, 900, 100_000])
def test_a_delay_is_waited_for_in_few_steps_and_never_too_briefly(seconds: float) -> None:
    remaining, waited, steps = timedelta(seconds=seconds), timedelta(0), 0
    while remaining > timedelta(0):
        step = largest_step(remaining)
        remaining, waited, steps = remaining - step, waited + step, steps + 1
    assert timedelta(seconds=seconds) <= waited < timedelta(seconds=seconds) + DELAY_STEPS[0]
    assert steps <= 20 + seconds / 900


def test_a_url_of_another_broker_is_refused() -> None:
    with pytest.raises(UnknownBroker, match="kafka"):
        connect("kafka://localhost")
