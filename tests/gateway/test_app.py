"""The whole gateway over real subgraphs: in this process, and as the command."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from strawberry.asgi import GraphQL

from gateway.app import create_app
from gateway.errors import ConfigError
from gateway.server.process import DrainingServer, server_config
from gateway.settings import Settings, SubgraphOptions
from gateway.transport.base import Transport
from gateway.transport.in_process import InProcessTransport
from tests.gateway.server.conftest import running
from tests.gateway.server.session_service import session_service
from tests.gateway.two_subgraphs import SCHEMAS, two_subgraphs


@asynccontextmanager
async def gateway(
    config: Path, own: Mapping[str, Transport] | None = None, **settings: object
) -> AsyncIterator[str]:
    """The URL of a gateway in this process."""
    chosen = Settings.model_validate({"config_file": config, **settings})
    app = create_app(chosen, own)
    server = DrainingServer(server_config(app, chosen, "127.0.0.1", 0), app.state.serving)
    async with running(server) as port:
        yield f"http://127.0.0.1:{port}/graphql"


async def ask(url: str, query: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(url, json={"query": query}, headers=headers)


async def test_an_answer_is_joined_from_two_subgraphs(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config, gateway(config) as url:
        response = await ask(url, "{ scale users { first: name score } __typename }")
    assert response.json() == {
        "data": {
            "scale": 10,
            "users": [{"first": "Ada", "score": 10}, {"first": "Bob", "score": 20}],
            "__typename": "Query",
        }
    }


async def test_a_subgraph_may_run_in_this_process(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config:
        text = config.read_text()
        config.write_text(re.sub(r"127.0.0.1:\d+", "nowhere.invalid", text))
        own = {name: InProcessTransport(GraphQL(schema), "/") for name, schema in SCHEMAS.items()}
        async with gateway(config, own) as url:
            response = await ask(url, "{ users { score } }")
    assert response.json() == {"data": {"users": [{"score": 10}, {"score": 20}]}}


async def test_a_subgraph_s_address_may_be_a_setting(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config:
        text = config.read_text()
        addresses = dict(re.findall(r"(\w+):\n\s+routing_url: (\S+)", text))
        config.write_text(re.sub(r"127.0.0.1:\d+", "nowhere.invalid", text))
        options = {name: {"routing_url": url} for name, url in addresses.items()}
        async with gateway(config, subgraphs=options) as url:
            response = await ask(url, "{ users { score } }")
    assert response.json() == {"data": {"users": [{"score": 10}, {"score": 20}]}}


async def test_options_for_a_subgraph_that_there_is_not_stop_the_start(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config:
        with pytest.raises(ConfigError, match="there is no user; there are scores, users"):
            create_app(Settings(config_file=config, subgraphs={"user": SubgraphOptions()}))


async def test_introspection_can_be_switched_off(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config, gateway(config, introspection=False) as url:
        refused = await ask(url, "{ users { name } __schema { queryType { name } } }")
        answered = await ask(url, "{ __typename scale }")
    assert refused.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert answered.json() == {"data": {"__typename": "Query", "scale": 10}}


async def test_a_subgraph_s_cookie_reaches_the_client(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config, gateway(config) as url:
        response = await ask(url, "mutation { signIn }")
    assert response.json() == {"data": {"signIn": "in"}}
    assert response.headers["set-cookie"] == "session=abc; Path=/"


async def test_a_published_client_follows_a_subscription_joined_per_event(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config, gateway(config) as url:
        transport = WebsocketsTransport(url=url.replace("http", "ws", 1))
        async with Client(transport=transport) as session:
            query = gql("subscription { joined(count: 2) { name score } }")
            seen = [event["joined"] async for event in session.subscribe(query)]
    assert seen == [{"name": "user 1", "score": 10}, {"name": "user 2", "score": 20}]


async def test_subgraphs_get_the_exchanged_token(tmp_path: Path) -> None:
    async with (
        session_service(opaque="Ada") as sessions,
        two_subgraphs(tmp_path) as config,
        gateway(config, session_exchange_url=sessions.exchange_url) as url,
    ):
        response = await ask(url, "{ authorization }", authorization="Bearer opaque")
    assert response.json()["data"]["authorization"].startswith("Bearer jwt.Ada.")


async def test_it_is_ready_only_once_the_exchange_has_answered(tmp_path: Path) -> None:
    async with session_service() as sessions, two_subgraphs(tmp_path) as config:
        sessions.is_down = True
        async with (
            gateway(config, session_exchange_url=sessions.exchange_url) as url,
            httpx.AsyncClient() as client,
        ):
            ready = url.replace("/graphql", "/health/ready")
            response = await client.get(ready)
            assert response.status_code == 503
            assert response.json()["checks"]["session_exchange"] is False
            sessions.is_down = False
            async with asyncio.timeout(3):
                while (await client.get(ready)).status_code != 200:
                    await asyncio.sleep(0.05)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_command_serves_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    async with two_subgraphs(tmp_path) as config:
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "serve"),
            *("--config", str(config), "--port", str(port)),
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "LOG_FORMAT": "json"},
        )
        assert process.stderr is not None
        started = json.loads(await asyncio.wait_for(process.stderr.readline(), 20))
        response = await ask(f"http://127.0.0.1:{port}/graphql", "{ users { score } }")
        process.send_signal(ending)
        _, errors = await asyncio.wait_for(process.communicate(), 10)
    lines = [json.loads(line) for line in errors.decode().splitlines()]
    assert started["message"] == f"serving http://127.0.0.1:{port}/graphql"
    assert response.json() == {"data": {"users": [{"score": 10}, {"score": 20}]}}
    assert process.returncode == 0
    assert [line["status"] for line in lines if line["logger"] == "gateway.access"] == [200]
    assert [line for line in lines if line["level"] in ("warning", "error")] == []


async def test_workers_share_a_port_are_replaced_and_end_together(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config:
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "serve", "--workers", "2"),
            *("--config", str(config), "--port", str(port)),
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        for _ in range(2):
            assert b"serving" in await asyncio.wait_for(process.stderr.readline(), 20)
        children = children_of(process.pid)
        assert len(children) == 2
        await asyncio.sleep(1.1)
        os.kill(children[0], signal.SIGKILL)
        while b"serving" not in await asyncio.wait_for(process.stderr.readline(), 20):
            pass
        url = f"http://127.0.0.1:{port}/graphql"
        answers = [await ask(url, "{ scale }") for _ in range(8)]
        replaced = children_of(process.pid)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 15)
    assert len(replaced) == 2
    assert replaced != children
    assert all(answer.json() == {"data": {"scale": 10}} for answer in answers)
    assert process.returncode == 0


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return sorted(map(int, text.split()))


async def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    async with two_subgraphs(tmp_path) as config:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway", "serve"),
                *("--config", str(config), "--port", str(port)),
                stderr=asyncio.subprocess.PIPE,
            )
            _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert errors.decode() == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
