"""Whatever is sent to any mutation: a typed answer or an error that blames the input."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from graphql import build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.users.api.schema import schema
from subgraphs.users.app import create_app
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.fuzz import (
    assert_decent,
    mutations_of,
    operation_of,
    served_by_thread,
    variables_of,
)
from tests.testkit.databases import Databases

SCHEMA = build_schema(schema.as_str(), assume_valid=True)


@pytest.fixture(scope="module")
def gateway(databases: Databases) -> Iterator[httpx.Client]:
    """A client of the running service, on behalf of somebody signed in."""
    url = asyncio.run(databases.migrated("subgraphs.users"))
    with (
        served_by_thread(create_app(UsersSettings(database_url=url))) as base,
        httpx.Client(base_url=base, timeout=30) as client,
    ):
        anonymous = client.post("/internal/token").json()["accessToken"]
        client.headers["authorization"] = f"Bearer {anonymous}"
        variables = {"input": {"email": "a@b.example", "password": "long enough", "name": "A"}}
        sign_up = """mutation ($input: SignUpInput!) {
          signUp(input: $input) { ... on SignedIn { sessionToken } } }"""
        answer = client.post("/graphql", json={"query": sign_up, "variables": variables})
        token = answer.json()["data"]["signUp"]["sessionToken"]
        client.headers["authorization"] = f"Bearer {token}"
        own = client.post("/internal/token").json()["accessToken"]
        client.headers["authorization"] = f"Bearer {own}"
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
