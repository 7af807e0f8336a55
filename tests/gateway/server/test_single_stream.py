"""Server-sent events in single-connection mode."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.gateway.server.conftest import Running, Serve, code_of
from tests.gateway.server.session_service import session_service

FOREVER = "subscription { forever }"


class Client:
    """A client with one reserved stream."""

    def __init__(self, running: Running, token: str, headers: dict[str, str]) -> None:
        self._url = f"{running.url}/stream"
        self._http = running.client
        self.headers = {**headers, "x-graphql-event-stream-token": token}

    @classmethod
    async def reserve(cls, running: Running, **headers: str) -> "Client":
        response = await running.client.put(f"{running.url}/stream")
        assert response.status_code == 201
        return cls(running, response.text, headers)

    def open(self) -> Any:
        headers = {**self.headers, "accept": "text/event-stream"}
        return self._http.stream("GET", self._url, headers=headers)

    async def start(self, operation_id: str | None, query: str) -> httpx.Response:
        extensions = {} if operation_id is None else {"operationId": operation_id}
        body = {"query": query, "extensions": extensions}
        return await self._http.post(self._url, json=body, headers=self.headers)

    async def stop(self, operation_id: str) -> httpx.Response:
        params = {"operationId": operation_id}
        return await self._http.delete(self._url, params=params, headers=self.headers)


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def test_operations_share_a_stream_and_are_told_apart_by_their_ids(serve: Serve) -> None:
    async with serve() as running:
        client = await Client.reserve(running)
        async with client.open() as response:
            stream = events(response)
            assert (await client.start("s", FOREVER)).status_code == 202
            assert await anext(stream) == ("next", {"id": "s", "payload": {"data": {"forever": 0}}})
            assert (await client.start("q", "{ hello }")).status_code == 202
            payload = {"data": {"hello": "hello you"}}
            assert await anext(stream) == ("next", {"id": "q", "payload": payload})
            assert await anext(stream) == ("complete", {"id": "q"})
            assert running.engine.open_streams == 1


async def test_an_operation_is_ended_by_its_id(serve: Serve) -> None:
    async with serve() as running:
        client = await Client.reserve(running)
        async with client.open() as response:
            stream = events(response)
            await client.start("s", FOREVER)
            await anext(stream)
            assert (await client.start("s", FOREVER)).status_code == 409
            assert (await client.stop("s")).status_code == 200
            assert (await client.start("s", "{ hello }")).status_code == 202
            assert (await anext(stream))[1]["payload"]["data"] == {"hello": "hello you"}
            assert running.engine.open_streams == 0


async def test_a_refused_operation_answers_on_the_stream(serve: Serve) -> None:
    async with serve() as running:
        client = await Client.reserve(running)
        async with client.open() as response:
            stream = events(response)
            await client.start("1", "{ nothing }")
            name, data = await anext(stream)
            assert (name, data["id"]) == ("next", "1")
            assert code_of(data["payload"]) == "GRAPHQL_VALIDATION_FAILED"
            assert await anext(stream) == ("complete", {"id": "1"})


async def test_a_stream_opens_once_and_only_by_its_token(serve: Serve) -> None:
    async with serve() as running:
        client = await Client.reserve(running)
        assert (await client.start("1", "{ hello }")).status_code == 404
        async with client.open():
            async with client.open() as second:
                assert second.status_code == 409
            assert (await client.start(None, "{ hello }")).status_code == 400
        client.headers["x-graphql-event-stream-token"] = "guessed"
        async with client.open() as unknown:
            assert unknown.status_code == 404


async def test_a_stream_is_used_only_by_the_client_that_opened_it(serve: Serve) -> None:
    async with (
        session_service(ada="Ada", bob="Bob") as sessions,
        serve(session_exchange_url=sessions.exchange_url) as running,
    ):
        client = await Client.reserve(running, authorization="Bearer ada")
        async with client.open():
            client.headers["authorization"] = "Bearer bob"
            assert (await client.start("1", "{ hello }")).status_code == 404


async def test_without_a_token_the_address_serves_as_the_endpoint_does(serve: Serve) -> None:
    async with serve() as running:
        url = f"{running.url}/stream"
        plain = await running.client.post(url, json={"query": "{ hello }"})
        deleted = await running.client.delete(url)
    assert plain.json() == {"data": {"hello": "hello you"}}
    assert deleted.status_code == 405


async def test_the_stream_is_completed_while_the_server_drains(serve: Serve) -> None:
    async with serve(drain_seconds=2) as running:
        client = await Client.reserve(running)
        async with client.open() as response:
            stream = events(response)
            await client.start("s", FOREVER)
            await anext(stream)
            running.server.handle_exit(15, None)
            assert [event async for event in stream] == [("complete", {"id": "s"})]


@pytest.mark.parametrize("mode", ["header", "parameter"])
async def test_an_event_source_may_send_its_token_in_the_url(serve: Serve, mode: str) -> None:
    async with serve() as running:
        client = await Client.reserve(running)
        token = client.headers["x-graphql-event-stream-token"]
        parameters = {"token": token} if mode == "parameter" else {}
        headers = {} if mode == "parameter" else client.headers
        async with running.client.stream(
            "GET", f"{running.url}/stream", params=parameters, headers=headers
        ) as response:
            assert response.status_code == 200
