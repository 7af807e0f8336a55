"""The users service on a database of its own, over real HTTP, and builders for its tests."""

from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from subgraphs.users.app import create_app
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.kit import GraphQLClient, client_of, serving
from tests.subgraphs.users.actors import Visitor


@pytest.fixture
async def database(users_url: str) -> AsyncIterator[Database]:
    """The service's database, as the service opens it."""
    opened = Database(users_url, pool_size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def service(users_url: str) -> AsyncIterator[GraphQLClient]:
    """The running service."""
    settings = UsersSettings(database_url=users_url, database_pool_size=20)
    async with serving(create_app(settings)) as url, client_of(url) as client:
        yield client


@pytest.fixture
def visitor(service: GraphQLClient) -> Visitor:
    """Somebody without a session."""
    return Visitor(service)
