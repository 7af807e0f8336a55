"""Pytest fixtures over the testkit. Servers start when the first test asks for them.

Each xdist worker has a PostgreSQL cluster and a RabbitMQ node of its own (RABBITMQ_URL names
one to share instead); tests in them have databases and virtual hosts of their own.
"""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.postgres import Cluster, running
from deploy.local.rabbitmq import Address, add_virtual_host, broker, drop_virtual_host
from tests.testkit.databases import Databases
from tests.testkit.tokens import TokenIssuer

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("FOYER_CACHE", REPOSITORY / ".foyer" / "cache"))

_virtual_hosts = itertools.count(1)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL server, without durability."""
    with running(tmp_path_factory.mktemp("postgres") / "data", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def databases(cluster: Cluster) -> Databases:
    """Makes databases, empty or copied from a migrated template."""
    return Databases(cluster)


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """An empty database of the test's own."""
    url = await databases.create()
    yield url
    await databases.drop(url)


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A RabbitMQ broker."""
    with broker(tmp_path_factory.mktemp("rabbitmq"), CACHE) as address:
        yield address


@pytest.fixture
def amqp_url(rabbitmq: Address) -> Iterator[str]:
    """An empty virtual host of the test's own."""
    name = f"t{os.getpid()}-{next(_virtual_hosts)}"
    yield add_virtual_host(rabbitmq, name)
    drop_virtual_host(rabbitmq, name)


@pytest.fixture
def issuer() -> TokenIssuer:
    """An issuer of service tokens."""
    return TokenIssuer()
