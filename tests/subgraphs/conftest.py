"""A database of its own for each test of a service, and a signer that the services believe."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.subgraphs.kit import Signer
from tests.testkit.databases import Databases


@pytest.fixture
async def users_url(databases: Databases) -> AsyncIterator[str]:
    """An empty users database of the test's own."""
    url = await databases.migrated("subgraphs.users")
    yield url
    await databases.drop(url)


@pytest.fixture
async def tickets_url(databases: Databases) -> AsyncIterator[str]:
    """An empty tickets database of the test's own."""
    url = await databases.migrated("subgraphs.tickets")
    yield url
    await databases.drop(url)


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Whom the services under test believe."""
    return Signer()


@pytest.fixture(scope="session")
def jwks_url(signer: Signer) -> Iterator[str]:
    """Where the services find the signer's key."""
    with signer.key_set() as url:
        yield url
