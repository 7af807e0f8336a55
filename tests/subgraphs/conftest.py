"""An empty database for each test of a service, and a signer that the services believe."""

from collections.abc import Iterator

import pytest

from tests.subgraphs.kit import EmptyDatabases, Signer
from tests.testkit.databases import Databases


@pytest.fixture(scope="session")
def empty_databases(databases: Databases) -> EmptyDatabases:
    """One database a service, emptied for each test: far quicker than one for each test."""
    return EmptyDatabases(databases)


@pytest.fixture
async def users_url(empty_databases: EmptyDatabases) -> str:
    """The users database, empty."""
    return await empty_databases.of("subgraphs.users")


@pytest.fixture
async def tickets_url(empty_databases: EmptyDatabases) -> str:
    """The tickets database, empty."""
    return await empty_databases.of("subgraphs.tickets")


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Whom the services under test believe."""
    return Signer()


@pytest.fixture(scope="session")
def jwks_url(signer: Signer) -> Iterator[str]:
    """Where the services find the signer's key."""
    with signer.key_set() as url:
        yield url
