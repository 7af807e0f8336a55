"""What a subgraph answers over HTTP."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from strawberry.extensions.parser_cache import _get_parse_cache
from strawberry.extensions.validation_cache import _get_validate_cache

from shared.db import Database
from shared.graphql.schema import CACHED_DOCUMENTS
from tests.shared.graphql.shop import LOADS, shop
from tests.testkit.tokens import TokenIssuer

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def client(issuer: TokenIssuer) -> AsyncIterator[httpx.AsyncClient]:
    app = shop(Database("postgresql://nobody@127.0.0.1:9/none"), issuer)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shop", headers=issuer.headers()
    ) as client:
        yield client


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    async def post(query: str, **variables: Any) -> dict[str, Any]:
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        result: dict[str, Any] = answer.json()
        return result

    return post


def only_error(answer: dict[str, Any]) -> dict[str, Any]:
    (error,) = answer["errors"]
    result: dict[str, Any] = error
    return result


async def test_a_request_without_a_service_token_is_refused(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]
    answer = await client.post("/graphql", json={"query": "{ me }"})
    assert answer.status_code == 401


async def test_resolvers_know_who_asks(client: httpx.AsyncClient, issuer: TokenIssuer) -> None:
    user_id = uuid4()
    answer = await client.post(
        "/graphql", json={"query": "{ me }"}, headers=issuer.headers(user_id)
    )
    assert answer.json() == {"data": {"me": str(user_id)}}


async def test_an_anonymous_caller_is_nobody(ask: Ask) -> None:
    assert await ask("{ me }") == {"data": {"me": None}}


async def test_one_request_loads_in_one_batch_and_each_key_once(ask: Ask) -> None:
    LOADS.clear()
    answer = await ask("{ a: items(count: 3) { double } b: items(count: 2) { double } }")
    assert answer["data"]["a"] == [{"double": 0}, {"double": 2}, {"double": 4}]
    assert LOADS == [[0, 1, 2]]


async def test_entities_are_resolved_in_one_batch(ask: Ask) -> None:
    LOADS.clear()
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Item { double } } }"
    representations = [{"__typename": "Item", "id": str(n)} for n in (5, 6, 5)]
    answer = await ask(query, r=representations)
    assert answer["data"]["_entities"] == [{"double": 10}, {"double": 12}, {"double": 10}]
    assert LOADS == [[5, 6]]


async def test_an_unexpected_error_is_masked_and_logged_under_the_request_id(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.post(
            "/graphql", json={"query": "{ fail }"}, headers={"x-request-id": "r-1"}
        )
    error = only_error(answer.json())
    assert "hunter2" not in answer.text
    assert error["path"] == ["fail"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "r-1"}
    assert "r-1" in caplog.text
    assert "hunter2" in caplog.text


async def test_an_error_meant_for_the_client_is_shown(ask: Ask) -> None:
    error = only_error(await ask("{ refuse }"))
    assert error["message"] == "a cursor of another list"
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { items(count: $n) { id } }", "BAD_USER_INPUT"),
        ('{ echoTime(at: "yesterday") }', "BAD_USER_INPUT"),
    ],
)
async def test_a_bad_operation_gets_a_code(ask: Ask, query: str, code: str) -> None:
    assert only_error(await ask(query))["extensions"]["code"] == code


@pytest.mark.parametrize(
    "value", ["2026-05-01T12:00:00", "2026-05-01", "x" * 100, 5, "0001-01-01T00:00:00+14:00"]
)
async def test_a_time_without_its_offset_is_the_clients_mistake(ask: Ask, value: object) -> None:
    answer = await ask("query($at: DateTime!) { echoTime(at: $at) }", at=value)
    assert only_error(answer)["extensions"]["code"] == "BAD_USER_INPUT"


async def test_times_are_answered_in_utc(ask: Ask) -> None:
    answer = await ask('{ echoTime(at: "2026-05-01T14:00:00+02:00") }')
    assert answer["data"]["echoTime"] == "2026-05-01T12:00:00.000000Z"


@pytest.mark.parametrize("value", ["9223372036854775807", "-5", 12])
async def test_minor_units_are_strings_of_64_bits(ask: Ask, value: object) -> None:
    answer = await ask("query($a: MinorUnits!) { echoAmount(amount: $a) }", a=value)
    assert answer == {"data": {"echoAmount": str(value)}}


@pytest.mark.parametrize("value", ["9223372036854775808", "1.5", 1.5, True, "", "-", "٣", "1e3"])
async def test_other_amounts_are_the_clients_mistake(ask: Ask, value: object) -> None:
    answer = await ask("query($a: MinorUnits!) { echoAmount(amount: $a) }", a=value)
    assert only_error(answer)["extensions"]["code"] == "BAD_USER_INPUT"


async def test_expected_failures_are_typed(ask: Ask) -> None:
    query = """
        query($p: MoneyInput!) { price(price: $p) {
            ... on Money { amount currency }
            ... on Problem { code message }
            ... on ValidationFailed { fields { field message } }
        } }
    """
    good = await ask(query, p={"amount": "1", "currency": "EUR"})
    assert good["data"]["price"] == {"amount": "2", "currency": "EUR"}
    bad = await ask(query, p={"amount": "1", "currency": "???"})
    assert bad["data"]["price"]["code"] == "VALIDATION_FAILED"
    assert bad["data"]["price"]["fields"][0]["field"] == "price"


async def test_cookies_set_by_a_resolver_reach_the_caller(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "mutation { signIn }"})
    assert answer.headers["set-cookie"].startswith("session=opaque; HttpOnly")


async def test_the_callers_request_id_is_kept_and_a_missing_one_made(
    client: httpx.AsyncClient,
) -> None:
    body = {"query": "{ requestId }"}
    sent = await client.post("/graphql", json=body, headers={"x-request-id": "abc"})
    made = await client.post("/graphql", json=body)
    assert sent.json()["data"]["requestId"] == "abc"
    assert len(made.json()["data"]["requestId"]) == 36


MALFORMED = [
    b"",
    b"{",
    b"\xff",
    b'{"query": 5}',
    b'{"variables": {}}',
    b'{"query": "{ me }", "variables": 5}',
    b"[]",
    b'[{"query": "{ me }"}]',
    b'{"query": "{ me }", "operationName": "no"}',
    b'{"query": "{ me }", "variables": {"x": "\\u0000"}}',
    b"null",
    b"5",
    b'"x"',
]


@pytest.mark.parametrize("body", MALFORMED)
async def test_a_malformed_body_is_the_callers_mistake(
    client: httpx.AsyncClient, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/graphql", content=body, headers=headers)
    assert answer.status_code in (200, 400)
    assert answer.json()["errors"][0]["extensions"]["code"]


async def test_only_posted_json_is_taken(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql", params={"query": "{ me }"})).status_code == 405
    form = await client.post("/graphql", data={"query": "{ me }"})
    assert form.status_code == 400
    html = await client.get("/graphql", headers={"accept": "text/html"})
    assert html.status_code == 405


async def test_an_enormous_body_is_refused(client: httpx.AsyncClient) -> None:
    body = {"query": "{ me }" + " " * 3_000_000}
    assert (await client.post("/graphql", json=body)).status_code == 413


@pytest.mark.parametrize(
    "query",
    [
        "{ items(count: 1) " + "{ ...on Item " * 5 + "{ id }" + "}" * 5 + "}",
        "query { " + " ".join(f"a{n}: me" for n in range(200)) + " }",
    ],
)
async def test_operations_within_the_limits_run(ask: Ask, query: str) -> None:
    assert "errors" not in await ask(query)


@pytest.mark.parametrize(
    "query",
    [
        "query { " + " ".join(f"a{n}: me" for n in range(201)) + " }",
        "{ __schema { types " + "{ ofType: fields { type " * 13 + "{ name }" + "} }" * 13 + "} }",
        "{ ...a ...a } fragment a on Query { ...b ...b } fragment b on Query { ...c ...c }"
        "fragment c on Query { " + " ".join(f"a{n}: me" for n in range(60)) + " }",
        "{ " + "me " * 20_000 + "}",
    ],
    ids=["root fields", "depth", "spreads", "tokens"],
)
async def test_operations_beyond_the_limits_are_refused(ask: Ask, query: str) -> None:
    assert (await ask(query))["errors"]


async def test_a_document_is_parsed_and_validated_once(ask: Ask) -> None:
    caches = [_get_parse_cache(CACHED_DOCUMENTS), _get_validate_cache(CACHED_DOCUMENTS)]
    await ask("query Cached { me requestId }")
    before = [cache.cache_info().misses for cache in caches]  # type: ignore[attr-defined]  # an lru_cache
    for _ in range(5):
        await ask("query Cached { me requestId }")
    assert [cache.cache_info().misses for cache in caches] == before  # type: ignore[attr-defined]


async def test_a_fragment_cycle_is_refused(ask: Ask) -> None:
    query = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"
    assert "errors" in await ask(query)
