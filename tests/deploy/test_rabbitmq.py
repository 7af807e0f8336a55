"""A private RabbitMQ from the machine's own packages, through real channels."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import pytest

from deploy.local.errors import RabbitMQUnavailable
from deploy.local.rabbitmq import Server, add_virtual_host, named_broker, private_node, programs
from tests.testkit.fixtures import CACHE


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(private_node(tmp_path_factory.mktemp("node"), CACHE))
    try:
        started.start()
        yield started
    finally:
        started.stop()


async def publish(url: str, body: bytes) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("q", durable=True)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue.name)


async def take(url: str) -> bytes:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("q", durable=True)
        message = await queue.get(timeout=10)
        assert message is not None
        await message.ack()
        return message.body


async def test_a_confirmed_message_survives_a_kill_of_the_broker(server: Server) -> None:
    url = add_virtual_host(server.node.address, "kept")
    await publish(url, b"one")
    server.kill()
    server.start()
    assert await take(url) == b"one"


async def test_virtual_hosts_are_apart_and_made_repeatedly(server: Server) -> None:
    first = add_virtual_host(server.node.address, "a/b")
    assert add_virtual_host(server.node.address, "a/b") == first
    await publish(first, b"one")
    await publish(add_virtual_host(server.node.address, "c"), b"two")
    assert await take(first) == b"one"


def test_it_listens_on_loopback_alone(server: Server) -> None:
    node = server.node
    ports = {node.amqp_port, node.management_port, node.distribution_port, node.epmd_port}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    addresses = {
        local.split(":")[0]
        for _, local, _, state, *_ in (line.split() for line in lines)
        if state == "0A" and int(local.split(":")[1], 16) in ports
    }
    assert addresses == {"0100007F"}


def test_rabbitmq_url_names_another_broker() -> None:
    named = named_broker({"RABBITMQ_URL": "amqp://me:secret@broker:5672/v"})
    assert named is not None
    assert named.amqp_url == "amqp://me:secret@broker:5672/v"
    assert named.management_url == "http://me:secret@broker:15672"
    assert named_broker({}) is None


def test_without_packages_the_error_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RabbitMQUnavailable, match=r"set RABBITMQ_URL=amqp://") as caught:
        programs(tmp_path / "cache")
    assert "no `apt-get`" in str(caught.value)


def test_its_programs_work_from_wherever_they_lie(tmp_path: Path) -> None:
    erl = programs(CACHE) / "usr/lib/erlang/bin/erl"
    told = subprocess.run(
        [str(erl), "-noinput", "-eval", "io:put_chars(code:root_dir()), halt()."],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert told.stdout == str(erl.parents[1])
