"""Service tokens: what proves who calls, and what does not."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from shared import identity
from shared.identity import (
    Identity,
    InvalidToken,
    KeysUnavailable,
    Verifier,
    bearer_token,
    identity_of,
    require_service_token,
)
from tests.testkit.serving import serving
from tests.testkit.tokens import AUDIENCE, ISSUER, TokenIssuer

USER, SESSION = uuid4(), uuid4()


async def test_a_valid_token_names_user_and_session(issuer: TokenIssuer) -> None:
    found = await issuer.verifier().verify(issuer.token(USER, SESSION))
    assert found == Identity(USER, SESSION)


async def test_a_valid_token_without_a_subject_is_an_anonymous_caller(issuer: TokenIssuer) -> None:
    assert await issuer.verifier().verify(issuer.token()) == Identity(None, None)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"iss": "someone-else"},
        {"iss": None},
        {"aud": "another-audience"},
        {"aud": None},
        {"sub": "not-an-id"},
        {"sub": 5},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 3600},
    ],
)
async def test_a_claim_that_is_wrong_refuses_the_token(
    issuer: TokenIssuer, claims: dict[str, Any]
) -> None:
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(issuer.token(USER, SESSION, **claims))


async def test_an_audience_list_with_ours_in_it_is_accepted(issuer: TokenIssuer) -> None:
    token = issuer.token(USER, SESSION, aud=[AUDIENCE, "other"])
    assert (await issuer.verifier().verify(token)).user_id == USER


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "eyJhbGciOiJub25lIn0.e30.", "é.é.é"])
async def test_what_is_no_token_is_refused(issuer: TokenIssuer, token: str) -> None:
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(token)


async def test_a_token_of_another_issuers_key_is_refused(issuer: TokenIssuer) -> None:
    forged = TokenIssuer()
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(forged.token(USER, SESSION))


async def test_a_forged_token_that_names_a_known_key_is_refused(issuer: TokenIssuer) -> None:
    genuine = (await issuer.keys())["keys"][0]
    forger = OctKey.import_key(genuine["x"])
    payload = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 60}
    header = {"alg": "HS256", "kid": genuine["kid"]}
    forged = jwt.encode(header, payload, forger, algorithms=["HS256"])
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(forged)


async def test_a_tampered_token_is_refused(issuer: TokenIssuer) -> None:
    header, payload, signature = issuer.token(USER, SESSION).split(".")
    other = issuer.token(uuid4(), SESSION).split(".")[1]
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(f"{header}.{other}.{signature}")
    assert payload != other


async def test_a_remembered_token_still_expires(issuer: TokenIssuer) -> None:
    verifier = issuer.verifier()
    token = issuer.token(USER, SESSION, exp=int(time.time()) + 1)
    await verifier.verify(token)
    deadline = time.time() + 1.2
    while time.time() < deadline:
        time.sleep(0.05)  # noqa: ASYNC251  # nothing else runs here
    with pytest.raises(InvalidToken):
        await verifier.verify(token)


async def test_keys_are_fetched_once_for_many_tokens(issuer: TokenIssuer) -> None:
    verifier = issuer.verifier()
    for _ in range(5):
        await verifier.verify(issuer.token(uuid4(), SESSION))
    assert issuer.fetches == 1


async def test_a_new_key_is_fetched_when_a_token_names_it(
    issuer: TokenIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "REFETCH_SECONDS", 0.0)
    verifier = issuer.verifier()
    await verifier.verify(issuer.token(USER, SESSION))
    issuer.rotate()
    assert (await verifier.verify(issuer.token(USER, SESSION))).user_id == USER
    assert issuer.fetches == 2


async def test_unknown_keys_do_not_make_it_ask_the_issuer_each_time(issuer: TokenIssuer) -> None:
    verifier, forger = issuer.verifier(), TokenIssuer()
    await verifier.verify(issuer.token())
    for _ in range(20):
        with pytest.raises(InvalidToken):
            await verifier.verify(forger.token())
    assert issuer.fetches <= 2


async def test_while_the_issuer_is_away_known_keys_go_on_working(
    issuer: TokenIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "REFETCH_SECONDS", 0.0)
    verifier = issuer.verifier()
    await verifier.verify(issuer.token())
    monkeypatch.setattr(identity, "KEEP_KEYS_SECONDS", 0.0)

    async def away() -> Mapping[str, Any]:
        raise ConnectionRefusedError

    monkeypatch.setattr(verifier._keys, "_fetch", away)
    assert (await verifier.verify(issuer.token(USER, SESSION))).user_id == USER


async def test_without_any_keys_nothing_can_be_told() -> None:
    verifier = Verifier("http://127.0.0.1:9/jwks.json", ISSUER, AUDIENCE)
    with pytest.raises(KeysUnavailable):
        await verifier.verify(TokenIssuer().token())


async def test_it_is_ready_once_there_are_keys(issuer: TokenIssuer) -> None:
    await issuer.verifier().ready()
    with pytest.raises(KeysUnavailable):
        await Verifier("http://127.0.0.1:9/jwks.json", ISSUER, AUDIENCE).ready()


async def test_callers_of_an_issuer_that_hangs_do_not_wait_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "FETCH_TIMEOUT_SECONDS", 0.2)

    async def hang() -> Mapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    verifier = Verifier("http://unused.invalid", ISSUER, AUDIENCE, fetch_keys=hang)
    token = TokenIssuer().token()
    started = time.monotonic()
    calls = [verifier.verify(token) for _ in range(50)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {KeysUnavailable}
    assert time.monotonic() - started < 3


async def test_keys_are_fetched_over_http(issuer: TokenIssuer) -> None:
    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse(await issuer.keys())

    async with serving(Router([Route("/jwks.json", jwks)])) as url:
        verifier = Verifier(f"{url}/jwks.json", ISSUER, AUDIENCE)
        assert (await verifier.verify(issuer.token(USER, SESSION))).user_id == USER


AUTHORIZATIONS: list[tuple[object, str | None]] = [
    ("Bearer abc", "abc"),
    ("bearer  abc ", "abc"),
    ("Basic abc", None),
    ("Bearer", None),
    ("", None),
    (None, None),
    (5, None),
]


@pytest.mark.parametrize(("value", "token"), AUTHORIZATIONS)
def test_the_token_of_an_authorization_value(value: object, token: str | None) -> None:
    assert bearer_token(value) == token


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    found = identity_of(Request(scope))
    response = JSONResponse({"user": str(found.user_id) if found else None})
    await response(scope, receive, send)


async def ask(issuer: TokenIssuer, headers: dict[str, str]) -> httpx.Response:
    app = require_service_token(who, issuer.verifier())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get("/", headers=headers)


async def test_the_guard_lets_a_valid_token_through(issuer: TokenIssuer) -> None:
    answer = await ask(issuer, issuer.headers(USER))
    assert answer.json() == {"user": str(USER)}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"authorization": "x"}])
async def test_the_guard_refuses_everything_else(
    issuer: TokenIssuer, headers: dict[str, str]
) -> None:
    answer = await ask(issuer, headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED_SERVICE_CALL"
