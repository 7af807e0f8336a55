"""Reload: a changed schema is served without a restart, and subscriptions live through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

from gateway import reload
from gateway.app import create_app
from gateway.server.process import DrainingServer, server_config
from gateway.settings import Settings
from tests.gateway.server.conftest import running
from tests.gateway.two_subgraphs import two_subgraphs

FOREVER = "subscription { joined(count: 1000) { name } }"


@dataclass(frozen=True, slots=True)
class Watched:
    """A gateway that watches its files."""

    url: str
    folder: Path
    client: httpx.AsyncClient

    def change(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        path.write_text(path.read_text().replace(old, new))

    async def ask(self, query: str) -> dict[str, object]:
        response = await self.client.post(self.url, json={"query": query})
        body: dict[str, object] = response.json()
        return body

    async def until_valid(self, query: str, valid: bool = True) -> None:
        async with asyncio.timeout(5):
            while ("errors" not in await self.ask(query)) is not valid:
                await asyncio.sleep(0.05)

    def socket(self) -> Client:
        return Client(transport=WebsocketsTransport(url=self.url.replace("http", "ws", 1)))


@pytest.fixture
async def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr(reload, "POLL_SECONDS", 0.05)
    async with two_subgraphs(tmp_path) as config, watching(config) as gateway:
        yield gateway


@asynccontextmanager
async def watching(config: Path) -> AsyncIterator[Watched]:
    settings = Settings(config_file=config, watch=True)
    app = create_app(settings)
    server = DrainingServer(server_config(app, settings, "127.0.0.1", 0), app.state.serving)
    async with running(server) as port, httpx.AsyncClient(timeout=10) as client:
        yield Watched(f"http://127.0.0.1:{port}/graphql", config.parent, client)


async def test_a_field_that_is_new_can_be_asked_for(watched: Watched) -> None:
    assert "errors" in await watched.ask("{ rating }")
    watched.change("scores.graphql", "scale: Int!", "scale: Int! rating: Int")
    await watched.until_valid("{ rating @skip(if: true) }")


async def test_a_schema_that_does_not_compose_leaves_the_old_one_serving(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.change("scores.graphql", "scale: Int!", "scale: Nothing!")
    async with asyncio.timeout(5):
        while "the old one stays" not in caplog.text:
            await asyncio.sleep(0.05)
    assert await watched.ask("{ scale }") == {"data": {"scale": 10}}
    ready = await watched.client.get(watched.url.replace("/graphql", "/health/ready"))
    assert ready.status_code == 200
    watched.change("scores.graphql", "scale: Nothing!", "scale: Int! other: Int")
    await watched.until_valid("{ __typename @skip(if: true) other @skip(if: true) }")


async def test_a_subscription_that_still_validates_stays_on_its_socket(watched: Watched) -> None:
    async with watched.socket() as session:
        stream = session.subscribe(gql(FOREVER))
        async with contextlib.aclosing(stream):
            await anext(stream)
            watched.change("scores.graphql", "scale: Int!", "scale: Int! rating: Int")
            await watched.until_valid("{ rating @skip(if: true) }")
            names = [(await anext(stream))["joined"]["name"] for _ in range(5)]
    numbers = [int(name.removeprefix("user ")) for name in names]
    assert numbers == list(range(numbers[0], numbers[0] + 5)), "no event lost, none repeated"


async def test_a_subscription_that_no_longer_validates_ends_with_its_code(
    watched: Watched,
) -> None:
    query = "subscription { joined(count: 1000) { name score } }"
    async with watched.socket() as session:
        stream = session.subscribe(gql(query))
        async with contextlib.aclosing(stream):
            await anext(stream)
            watched.change("scores.graphql", "score: Int!", "points: Int!")
            with pytest.raises(TransportQueryError, match="SUBSCRIPTION_SCHEMA_RELOAD"):
                await exhaust(stream)


async def exhaust(stream: AsyncIterator[object]) -> None:
    async with asyncio.timeout(5):
        async for _ in stream:
            pass


async def test_a_stream_that_no_longer_validates_ends_with_its_code(watched: Watched) -> None:
    query = {"query": "subscription { joined(count: 1000) { name score } }"}
    headers = {"accept": "text/event-stream"}
    async with watched.client.stream("POST", watched.url, json=query, headers=headers) as response:
        lines = response.aiter_lines()
        await anext(lines)
        watched.change("scores.graphql", "score: Int!", "points: Int!")
        rest = [line async for line in lines]
    assert any("SUBSCRIPTION_SCHEMA_RELOAD" in line for line in rest)
    assert rest[-3:-1] == ["event: complete", "data: "]


async def test_a_fault_of_ours_in_composing_leaves_the_old_schema_and_the_watch(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> str:
        raise KeyError("a fault")

    with monkeypatch.context() as patched:
        patched.setattr(reload, "load_supergraph", broken)
        watched.change("scores.graphql", "scale: Int!", "scale: Int! rating: Int")
        async with asyncio.timeout(5):
            while "the old one stays" not in caplog.text:
                await asyncio.sleep(0.05)
        assert await watched.ask("{ scale }") == {"data": {"scale": 10}}
        metrics = await watched.client.get(watched.url.replace("/graphql", "/metrics"))
        assert "gateway_schema_reload_failed 1" in metrics.text
    watched.change("scores.graphql", "rating: Int", "rating: Int other: Int")
    await watched.until_valid("{ other @skip(if: true) }")


async def test_no_request_fails_while_schemas_change(watched: Watched) -> None:
    stop = asyncio.Event()
    answers: list[dict[str, object]] = []

    async def keep_asking() -> None:
        while not stop.is_set():
            answers.append(await watched.ask("{ users { name score } }"))

    tasks = [asyncio.create_task(keep_asking()) for _ in range(4)]
    for number in range(3):
        watched.change("scores.graphql", "scale: Int!", f"scale: Int! rating{number}: Int")
        await watched.until_valid(f"{{ rating{number} @skip(if: true) }}")
    stop.set()
    await asyncio.gather(*tasks)
    expected = [{"name": "Ada", "score": 10}, {"name": "Bob", "score": 20}]
    assert all(answer == {"data": {"users": expected}} for answer in answers)
