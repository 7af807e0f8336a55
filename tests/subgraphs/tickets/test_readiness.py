"""Readiness tells the truth: whether requests could be answered now."""

import pytest

from deploy.local.ports import free_port
from subgraphs.tickets.app import create_app
from subgraphs.tickets.settings import TicketsSettings
from tests.subgraphs.kit import GraphQLClient, client_of, serving


async def test_a_service_with_database_and_keys_is_ready(service: GraphQLClient) -> None:
    ready = await service.http.get(f"{service.url}/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "keys": "ok"})


@pytest.mark.parametrize("missing", ["database", "keys"])
async def test_it_comes_up_without_a_neighbour_and_says_which_is_missing(
    tickets_url: str, jwks_url: str, missing: str
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    settings = TicketsSettings(
        database_url=f"postgresql://a:b@{nowhere}/c" if missing == "database" else tickets_url,
        jwks_url=f"http://{nowhere}/" if missing == "keys" else jwks_url,
    )
    async with serving(create_app(settings)) as url, client_of(url) as client:
        ready = await client.http.get(f"{url}/health/ready")
        live = await client.http.get(f"{url}/health/live")
    assert live.status_code == 200
    assert ready.status_code == 503
    assert [name for name, state in ready.json()["checks"].items() if state != "ok"] == [missing]
