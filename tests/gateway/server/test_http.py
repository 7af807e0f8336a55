"""GraphQL over HTTP on a real socket."""

import asyncio
import gzip

import httpx
import pytest

from tests.gateway.server.conftest import Running, Serve, code_of

JSON = {"content-type": "application/json"}
GZIPPED = gzip.compress(b"{}", mtime=0)
RESPONSE_JSON = "application/graphql-response+json"


async def post(running: Running, query: str, **members: object) -> httpx.Response:
    return await running.client.post(running.url, json={"query": query, **members})


async def test_a_query_is_answered_by_post_and_get(serve: Serve) -> None:
    async with serve() as running:
        posted = await post(running, "query($n: String!) { hello(name: $n) }", variables={"n": "x"})
        params = {"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n": "x"}'}
        got = await running.client.get(running.url, params=params)
    assert posted.json() == got.json() == {"data": {"hello": "hello x"}}
    assert posted.headers["content-type"] == "application/json; charset=utf-8"


async def test_null_members_count_as_absent(serve: Serve) -> None:
    async with serve() as running:
        response = await post(
            running, "{ hello }", variables=None, operationName=None, extensions=None
        )
    assert response.json() == {"data": {"hello": "hello you"}}


async def test_subgraphs_cookies_reach_the_client_one_header_each(serve: Serve) -> None:
    async with serve() as running:
        response = await post(running, 'mutation { set_cookie(value: "abc") }')
    assert response.headers.get_list("set-cookie") == ["session=abc", "other=1"]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("query", "accept-language", "de"),
        ("query", "x-request-id", "r-1"),
        ("query", "user-agent", None),
        ("query", "cookie", None),
        ("query", "x-forwarded-for", None),
        ("mutation", "user-agent", "a phone"),
        ("mutation", "x-forwarded-for", "127.0.0.1"),
        ("mutation", "cookie", None),
    ],
)
async def test_only_headers_by_the_rules_reach_subgraphs(
    serve: Serve, kind: str, name: str, expected: str | None
) -> None:
    headers = {
        "accept-language": "de",
        "user-agent": "a phone",
        "cookie": "session=secret",
        "x-request-id": "r-1",
        "x-forwarded-for": "6.6.6.6",
    }
    async with serve() as running:
        body = {"query": f'{kind} {{ header(name: "{name}") }}'}
        response = await running.client.post(running.url, json=body, headers=headers)
    assert response.json() == {"data": {"header": expected}}


async def test_every_answer_carries_a_request_id_and_keeps_a_good_one(serve: Serve) -> None:
    async with serve() as running:
        own = await post(running, "{ hello }")
        kept = await running.client.post(
            running.url, json={"query": "{ hello }"}, headers={"x-request-id": "abc-1"}
        )
        replaced = await running.client.post(
            running.url, json={"query": "{ hello }"}, headers={"x-request-id": "a b"}
        )
    assert own.headers["x-request-id"]
    assert kept.headers["x-request-id"] == "abc-1"
    assert replaced.headers["x-request-id"] != "a b"


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "BAD_REQUEST"),
        (b"\xff\xfe", JSON, 400, "BAD_REQUEST"),
        (b"", JSON, 400, "BAD_REQUEST"),
        (b"null", JSON, 400, "BAD_REQUEST"),
        (b"[]", JSON, 400, "BAD_REQUEST"),
        (b'[{"query":"{ hello }"}]', JSON, 400, "BAD_REQUEST"),
        (b'{"query":7}', JSON, 400, "BAD_REQUEST"),
        (b'{"query":"{ hello }","variables":[]}', JSON, 400, "BAD_REQUEST"),
        (b'{"query":"{ hello }","operationName":1}', JSON, 400, "BAD_REQUEST"),
        (b'{"query":"{ hello }","extensions":"x"}', JSON, 400, "BAD_REQUEST"),
        (
            b'{"query":"{hello}","variables":' + b'{"a":' * 500 + b"1" + b"}" * 501,
            JSON,
            400,
            "BAD_REQUEST",
        ),
        (b"[" * 3_000, JSON, 400, "BAD_REQUEST"),
        (b"{}", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            b"query=x",
            {"content-type": "application/x-www-form-urlencoded"},
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (b"{}", {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            b"{}",
            {"content-type": "application/json; charset=latin-1"},
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            gzip.compress(b"{}", mtime=0),
            {**JSON, "content-encoding": "gzip"},
            415,
            "UNSUPPORTED_ENCODING",
        ),
        (b'{"query":"{ hello }"}', {**JSON, "accept": "text/html"}, 406, "NOT_ACCEPTABLE"),
        (
            b'{"query":"subscription { forever }"}',
            {**JSON, "accept": "application/json"},
            406,
            "NOT_ACCEPTABLE",
        ),
        (b" " * 5_000, JSON, 413, "BODY_TOO_LARGE"),
        (b"{}", {**JSON, "x-large": "x" * 20_000}, 431, "HEADERS_TOO_LARGE"),
    ],
)
async def test_what_is_no_graphql_request_gets_its_status_and_a_coded_error(
    serve: Serve, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    async with serve(max_body_bytes=4_000, max_header_bytes=16_000) as running:
        response = await running.client.post(running.url, content=body, headers=headers)
    assert (response.status_code, code_of(response.json())) == (status, code)


async def test_a_body_without_a_length_is_cut_off_where_it_grows_too_large(serve: Serve) -> None:
    async def chunks() -> object:
        for _ in range(100):
            yield b" " * 1_000

    async with serve(max_body_bytes=4_000) as running:
        response = await running.client.post(running.url, content=chunks(), headers=JSON)  # type: ignore[arg-type]  # an async generator
    assert response.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_methods_are_told_what_is_allowed(serve: Serve, method: str) -> None:
    async with serve() as running:
        response = await running.client.request(method, running.url)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, OPTIONS")


async def test_a_mutation_is_refused_over_get(serve: Serve) -> None:
    async with serve() as running:
        response = await running.client.get(
            running.url, params={"query": "mutation { slowly(seconds: 0) }"}
        )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert running.engine.finished == []


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"query": ""},
        {"query": "{ hello }", "variables": "{"},
        {"query": "{ hello }", "variables": "[1]"},
        [("query", "{ hello }"), ("query", "{ hello }")],
    ],
)
async def test_a_malformed_get_is_refused(serve: Serve, params: object) -> None:
    async with serve() as running:
        response = await running.client.get(running.url, params=params)  # type: ignore[arg-type]  # any of httpx's forms
    assert (response.status_code, code_of(response.json())) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "members", "code"),
    [
        ("{ hello", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", {}, "OPERATION_RESOLUTION_FAILURE"),
        ("query($n: String!) { hello(name: $n) }", {}, "BAD_USER_INPUT"),
        ("{" + " hello" * 2_000 + "}", {}, "OPERATION_LIMIT_EXCEEDED"),
    ],
)
async def test_a_refused_operation_is_400_for_new_clients_and_200_for_old_ones(
    serve: Serve, query: str, members: dict[str, object], code: str
) -> None:
    body = {"query": query, **members}
    async with serve() as running:
        new = await running.client.post(running.url, json=body, headers={"accept": RESPONSE_JSON})
        old = await running.client.post(running.url, json=body)
    assert (new.status_code, old.status_code) == (400, 200)
    assert code_of(new.json()) == code_of(old.json()) == code
    assert "data" not in new.json()
    assert new.headers["content-type"] == f"{RESPONSE_JSON}; charset=utf-8"


async def test_the_draft_s_status_codes_are_behind_a_setting(serve: Serve) -> None:
    accept = {"accept": RESPONSE_JSON}
    async with serve(status_codes="draft") as running:
        statuses = [
            (
                await running.client.post(running.url, json={"query": query}, headers=accept)
            ).status_code
            for query in ("{ hello", "{ nothing }", "{ hello boom }", "{ hello }")
        ]
    assert statuses == [400, 422, 294, 200]


async def test_a_fault_of_ours_is_masked_and_found_by_its_request_id(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve() as running:
        running.engine.schema = None  # type: ignore[assignment]  # the fault
        response = await post(running, "{ hello }")
    error = response.json()["errors"][0]
    assert response.status_code == 500
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "schema" not in error["message"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    assert error["extensions"]["requestId"] in caplog.text


async def test_a_query_is_cancelled_when_its_client_leaves(serve: Serve) -> None:
    async with serve() as running:
        with pytest.raises(httpx.ReadTimeout):
            await running.client.post(
                running.url, json={"query": "{ slow(seconds: 60) }"}, timeout=0.3
            )
        async with asyncio.timeout(1):
            while not running.engine.cancelled:
                await asyncio.sleep(0.01)


async def test_a_mutation_runs_to_its_end_when_its_client_leaves(serve: Serve) -> None:
    async with serve() as running:
        with pytest.raises(httpx.ReadTimeout):
            await running.client.post(
                running.url, json={"query": "mutation { slowly(seconds: 0.5) }"}, timeout=0.2
            )
        async with asyncio.timeout(2):
            while not running.engine.finished:
                await asyncio.sleep(0.01)


async def test_running_requests_finish_while_the_server_drains(serve: Serve) -> None:
    async with serve(drain_seconds=4) as running:
        request = asyncio.create_task(post(running, "{ slow(seconds: 0.6) }"))
        await asyncio.sleep(0.2)
        running.server.handle_exit(15, None)
        response = await request
    assert response.json() == {"data": {"slow": "slow"}}


async def test_a_batch_is_answered_as_a_list_where_batches_are_allowed(serve: Serve) -> None:
    batch = [{"query": "{ hello }"}, {"query": "{ nothing }"}, {"query": '{ hello(name: "b") }'}]
    async with serve(batch_size=3) as running:
        response = await running.client.post(running.url, json=batch)
        too_many = await running.client.post(running.url, json=[*batch, *batch])
        empty = await running.client.post(running.url, json=[])
    first, second, third = response.json()
    assert (first, third) == ({"data": {"hello": "hello you"}}, {"data": {"hello": "hello b"}})
    assert code_of(second) == "GRAPHQL_VALIDATION_FAILED"
    assert too_many.status_code == empty.status_code == 400


async def test_the_plan_is_shown_to_those_who_ask_where_the_setting_allows_it(
    serve: Serve,
) -> None:
    async def asked(value: str, **settings: bool) -> dict[str, object]:
        async with serve(**settings) as running:
            response = await running.client.post(
                running.url,
                json={"query": "{ hello boom }"},
                headers={"apollo-expose-query-plan": value},
            )
        body: dict[str, object] = response.json()
        return body

    beside = await asked("true", expose_query_plan=True)
    dry = await asked("dry-run", expose_query_plan=True)
    refused = await asked("true")
    assert beside.keys() == {"data", "errors", "extensions"}
    assert dry.keys() == {"data", "extensions"}
    assert dry["data"] is None
    assert dry["extensions"] == beside["extensions"]
    assert "extensions" not in refused
