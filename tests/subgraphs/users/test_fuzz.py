"""Whatever is sent to any root field: a typed answer or an error that blames the input."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.users.api.schema import schema
from subgraphs.users.app import create_app
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.fuzz import RootField, root_fields, served_by_thread
from tests.testkit.databases import Databases


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


@pytest.mark.parametrize("field", root_fields(schema.as_str()), ids=str)
@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_input_gets_a_decent_answer(
    gateway: httpx.Client, field: RootField, data: st.DataObject
) -> None:
    body = {"query": field.operation, "variables": data.draw(field.variables)}
    field.assert_decent(gateway.post("/graphql", json=body))
