"""Whatever is sent to any root field: a typed answer or an error that blames the input."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from subgraphs.payments.api.schema import schema
from subgraphs.payments.app import create_app
from subgraphs.payments.settings import PaymentsSettings
from tests.subgraphs.fuzz import RootField, root_fields, served_by_thread
from tests.subgraphs.kit import Signer
from tests.testkit.databases import Databases


@pytest.fixture(scope="module")
def gateway(databases: Databases, signer: Signer, jwks_url: str) -> Iterator[httpx.Client]:
    """A client of the running service, on behalf of somebody signed in."""
    url = asyncio.run(databases.migrated("subgraphs.payments"))
    service = create_app(
        PaymentsSettings(
            database_url=url,
            jwks_url=jwks_url,
            stripe_secret_key=SecretStr("sk_test"),
            stripe_api_base="http://127.0.0.1:9",
        )
    )
    headers = {"authorization": f"Bearer {signer.token(uuid4())}"}
    with served_by_thread(service) as base, httpx.Client(base_url=base, headers=headers) as client:
        yield client
    asyncio.run(databases.drop(url))


@pytest.mark.parametrize("field", root_fields(schema.as_str()), ids=str)
@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_input_gets_a_decent_answer(
    gateway: httpx.Client, field: RootField, data: st.DataObject
) -> None:
    body = {"query": field.operation, "variables": data.draw(field.variables)}
    field.assert_decent(gateway.post("/graphql", json=body))
