"""Documents known by name: automatic persisted queries and trusted documents."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.errors import SettingsError
from gateway.server.documents import read_manifest, sha256
from tests.gateway.server.conftest import Running, Serve, code_of
from tests.gateway.server.test_ws import ready_socket, receive, send

QUERY = "{ hello }"
ANSWER = {"data": {"hello": "hello you"}}


def persisted(query: str = QUERY) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(query)}}


async def post(running: Running, **members: object) -> httpx.Response:
    return await running.client.post(running.url, json=members)


async def test_a_hash_is_known_once_it_came_with_its_text(serve: Serve) -> None:
    async with serve() as running:
        unknown = await post(running, extensions=persisted())
        taught = await post(running, query=QUERY, extensions=persisted())
        known = await post(running, extensions=persisted())
        params = {"extensions": json.dumps(persisted())}
        got = await running.client.get(running.url, params=params)
    assert unknown.status_code == 200
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code_of(unknown.json()) == "PERSISTED_QUERY_NOT_FOUND"
    assert taught.json() == known.json() == got.json() == ANSWER


async def test_a_hash_that_is_not_the_text_s_is_refused(serve: Serve) -> None:
    async with serve() as running:
        response = await post(running, query="{ boom }", extensions=persisted())
        after = await post(running, extensions=persisted())
    assert code_of(response.json()) == "PERSISTED_QUERY_MISMATCH"
    assert code_of(after.json()) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_document_that_is_not_valid_is_not_kept(serve: Serve) -> None:
    async with serve() as running:
        await post(running, query="{ nothing }", extensions=persisted("{ nothing }"))
        after = await post(running, extensions=persisted("{ nothing }"))
    assert code_of(after.json()) == "PERSISTED_QUERY_NOT_FOUND"


async def test_only_so_many_are_kept(serve: Serve) -> None:
    queries = [f"{{ a{n}: hello }}" for n in range(3)]
    async with serve(persisted_query_entries=2) as running:
        for query in queries:
            await post(running, query=query, extensions=persisted(query))
        first = await post(running, extensions=persisted(queries[0]))
        last = await post(running, extensions=persisted(queries[2]))
    assert code_of(first.json()) == "PERSISTED_QUERY_NOT_FOUND"
    assert last.json() == {"data": {"a2": "hello you"}}


async def test_they_can_be_switched_off(serve: Serve) -> None:
    async with serve(persisted_queries=False) as running:
        taught = await post(running, query=QUERY, extensions=persisted())
        after = await post(running, extensions=persisted())
    assert taught.json() == ANSWER
    assert code_of(after.json()) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_socket_knows_them_too(serve: Serve) -> None:
    async with serve() as running, ready_socket(running) as connection:
        payload = {"extensions": persisted()}
        await send(connection, id="1", type="subscribe", payload=payload)
        unknown = await receive(connection)
        await send(connection, id="1", type="subscribe", payload={"query": QUERY, **payload})
        taught = await receive(connection)
    assert unknown["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert taught["payload"] == ANSWER


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({"hello-1": QUERY}))
    return file


async def test_a_trusted_document_runs_by_its_id(serve: Serve, manifest: Path) -> None:
    async with serve(trusted_documents_file=manifest) as running:
        assert (await post(running, documentId="hello-1")).json() == ANSWER
        assert (await post(running, query="{ free: hello }")).status_code == 200
        assert code_of((await post(running, documentId="x")).json()) == "DOCUMENT_NOT_TRUSTED"


async def test_nothing_else_runs_where_only_trusted_documents_may(
    serve: Serve, manifest: Path
) -> None:
    async with serve(trusted_documents_file=manifest, trusted_documents_only=True) as running:
        assert (await post(running, documentId="hello-1")).json() == ANSWER
        assert (await post(running, query=QUERY)).json() == ANSWER
        refused = await post(running, query="{ free: hello }")
        taught = await post(
            running, query="{ free: hello }", extensions=persisted("{ free: hello }")
        )
    assert code_of(refused.json()) == code_of(taught.json()) == "DOCUMENT_NOT_TRUSTED"


def test_apollo_s_manifest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    operation = {"id": "abc", "name": "Hello", "type": "query", "body": QUERY}
    file.write_text(
        json.dumps(
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]}
        )
    )
    assert read_manifest(file) == {"abc": QUERY}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"operations": [{"id": "a"}]}'])
def test_a_file_that_is_no_manifest_stops_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(text)
    with pytest.raises(SettingsError, match="GATEWAY_TRUSTED_DOCUMENTS_FILE="):
        read_manifest(file)
