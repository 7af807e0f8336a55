"""Whatever is sent to any mutation: a typed answer or an error that blames the input."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from graphql import build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.tickets.api.schema import schema
from subgraphs.tickets.app import create_app
from subgraphs.tickets.settings import TicketsSettings
from tests.subgraphs.fuzz import (
    assert_decent,
    mutations_of,
    operation_of,
    served_by_thread,
    variables_of,
)
from tests.subgraphs.kit import Signer
from tests.testkit.databases import Databases

SCHEMA = build_schema(schema.as_str(), assume_valid=True)


@pytest.fixture(scope="module")
def gateway(databases: Databases, signer: Signer, jwks_url: str) -> Iterator[httpx.Client]:
    """A client of the running service, on behalf of a seller."""
    url = asyncio.run(databases.migrated("subgraphs.tickets"))
    service = create_app(TicketsSettings(database_url=url, jwks_url=jwks_url))
    headers = {"authorization": f"Bearer {signer.token(uuid4())}"}
    with served_by_thread(service) as base, httpx.Client(base_url=base, headers=headers) as client:
        yield client
    asyncio.run(databases.drop(url))


@pytest.mark.parametrize("mutation", mutations_of(SCHEMA))
@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_input_gets_a_decent_answer(
    gateway: httpx.Client, mutation: str, data: st.DataObject
) -> None:
    variables = data.draw(variables_of(mutation, SCHEMA))
    body = {"query": operation_of(mutation, SCHEMA), "variables": variables}
    assert_decent(gateway.post("/graphql", json=body), mutation, SCHEMA)
