"""The tickets service on a database of its own, over real HTTP, and builders for its tests."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from shared.db import Database
from subgraphs.tickets.app import create_app
from subgraphs.tickets.settings import TicketsSettings
from tests.subgraphs.kit import GraphQLClient, Signer, client_of, serving
from tests.subgraphs.tickets.actors import Seller


@pytest.fixture
async def database(tickets_url: str) -> AsyncIterator[Database]:
    """The service's database, as the service opens it."""
    opened = Database(tickets_url, pool_size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def service(tickets_url: str, jwks_url: str) -> AsyncIterator[GraphQLClient]:
    """The running service."""
    settings = TicketsSettings(database_url=tickets_url, jwks_url=jwks_url, database_pool_size=20)
    async with serving(create_app(settings)) as url, client_of(url) as client:
        yield client


@pytest.fixture
def seller(service: GraphQLClient, signer: Signer) -> Seller:
    """Somebody who sells."""
    return _seller(service, signer, uuid4())


@pytest.fixture
def stranger(service: GraphQLClient, signer: Signer) -> Seller:
    """Somebody else."""
    return _seller(service, signer, uuid4())


@pytest.fixture
def anybody(service: GraphQLClient, signer: Signer) -> Seller:
    """Somebody who is not signed in."""
    return Seller(service, UUID(int=0), signer.token())


def _seller(service: GraphQLClient, signer: Signer, user_id: UUID) -> Seller:
    return Seller(service, user_id, signer.token(user_id))
