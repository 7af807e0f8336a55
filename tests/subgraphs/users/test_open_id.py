"""Signing in at an OpenID provider (U6): proved with PKCE, nonce and state, linked with care."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from deploy.local.ports import free_port
from shared.db import Database
from subgraphs.users.app import create_app
from subgraphs.users.settings import OpenIdProvider, UsersSettings
from tests.subgraphs.kit import client_of, serving
from tests.subgraphs.users.actors import Visitor, column, events, run
from tests.subgraphs.users.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    OpenIdProviderApp,
    query_of,
)

BEGIN = """
mutation ($provider: ID!) { beginOpenIdSignIn(provider: $provider) {
  __typename ... on OpenIdRedirect { authorizationUrl flow } ... on Problem { code } } }"""
FINISH = """
mutation ($input: FinishOpenIdSignInInput!) { finishOpenIdSignIn(input: $input) {
  __typename ... on SignedIn { sessionToken user { id name email } }
  ... on Problem { code message } } }"""


@dataclass
class Browser:
    """Somebody who is signed in at the provider and comes here."""

    visitor: Visitor
    provider: OpenIdProviderApp

    async def begin(self) -> tuple[str, dict[str, str]]:
        """The flow, and what the provider appended to the redirect URI."""
        begun = (await self.visitor.send(BEGIN, provider="there")).data["beginOpenIdSignIn"]
        async with httpx.AsyncClient() as http:
            redirect = await http.get(begun["authorizationUrl"])
        assert redirect.status_code == 302, redirect.text
        return begun["flow"], query_of(redirect.headers["location"])

    async def finish(self, flow: str, returned: dict[str, str]) -> dict[str, Any]:
        """What finishing answers."""
        answer = await self.visitor.send(FINISH, input={"flow": flow, **returned})
        result: dict[str, Any] = answer.data["finishOpenIdSignIn"]
        return result

    async def sign_in(self) -> dict[str, Any]:
        """There and back again."""
        return await self.finish(*await self.begin())


@pytest.fixture
async def browser(users_url: str) -> AsyncIterator[Browser]:
    """A browser, the service, and a provider that the service offers."""
    port = free_port()
    provider = OpenIdProviderApp(issuer=f"http://127.0.0.1:{port}")
    offered = OpenIdProvider(
        id="there",
        name="There",
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=SecretStr(CLIENT_SECRET),
    )
    settings = UsersSettings(database_url=users_url, openid_providers=(offered,))
    async with (
        serving(provider.app(), port),
        serving(create_app(settings)) as url,
        client_of(url) as client,
    ):
        yield Browser(Visitor(client), provider)


async def test_a_newcomer_gets_an_account_with_a_proved_address(
    browser: Browser, database: Database
) -> None:
    signed_in = await browser.sign_in()
    user = signed_in["user"]
    assert (user["name"], user["email"]) == ("Ann Elsewhere", "ann@example.com")
    me = await browser.visitor.holding(signed_in).send("{ me { hasPassword emailVerified } }")
    assert me.data == {"me": {"hasPassword": False, "emailVerified": True}}
    (event,) = await events(database)
    assert (event["type"], event["data"]["emailVerified"]) == ("users.user.registered", True)
    assert await column(database, "SELECT count(*) FROM mails") == [0]


async def test_coming_back_later_is_the_same_account_even_with_a_new_address(
    browser: Browser,
) -> None:
    first = await browser.sign_in()
    browser.provider.user |= {"email": "ann@elsewhere.example", "email_verified": False}
    again = await browser.sign_in()
    assert again["user"] == first["user"]
    assert again["sessionToken"] != first["sessionToken"]


async def test_an_account_is_linked_on_an_address_that_both_sides_proved(
    browser: Browser, database: Database
) -> None:
    here = await browser.visitor.sign_up(email="ANN@example.com")
    await run(database, "UPDATE users SET email_verified_at = now()")
    assert (await browser.sign_in())["user"]["id"] == here["user"]["id"]


async def test_an_account_whose_address_was_never_proved_is_not_handed_over(
    browser: Browser,
) -> None:
    await browser.visitor.sign_up(email="ANN@example.com")
    refused = await browser.sign_in()
    assert (refused["__typename"], refused["code"]) == ("EmailTaken", "EMAIL_TAKEN")


@pytest.mark.parametrize(
    "lie", [{"email_verified": False}, {"email_verified": None}, {"email": "no address"}]
)
async def test_an_address_that_the_provider_has_not_proved_makes_no_account(
    browser: Browser, database: Database, lie: dict[str, Any]
) -> None:
    browser.provider.user |= lie
    assert (await browser.sign_in())["__typename"] == "OpenIdRefused"
    assert await column(database, "SELECT count(*) FROM users") == [0]


async def test_a_profile_may_come_from_the_user_info(browser: Browser) -> None:
    browser.provider.id_token_has_profile = False
    assert (await browser.sign_in())["user"]["name"] == "Ann Elsewhere"


async def test_a_useless_name_is_replaced_by_the_address_s(browser: Browser) -> None:
    browser.provider.user["name"] = "\u202e\u0007"
    assert (await browser.sign_in())["user"]["name"] == "ann"


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://somebody.else"},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"exp": int(time.time()) - 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"exp": None},
    ],
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    browser: Browser, database: Database, lies: dict[str, Any]
) -> None:
    browser.provider.lies = lies
    refused = await browser.sign_in()
    assert (refused["__typename"], refused["code"]) == ("OpenIdRefused", "OPENID_REFUSED")
    assert await column(database, "SELECT count(*) FROM users") == [0]


async def test_an_id_token_signed_by_somebody_else_is_refused(browser: Browser) -> None:
    browser.provider.signing_key = ECKey.generate_key("P-256")
    assert (await browser.sign_in())["__typename"] == "OpenIdRefused"


async def test_the_provider_checks_our_verifier(browser: Browser, database: Database) -> None:
    flow, returned = await browser.begin()
    await run(database, "UPDATE openid_flows SET code_verifier = 'another' || code_verifier")
    assert (await browser.finish(flow, returned))["__typename"] == "OpenIdRefused"
    assert browser.provider.refusals == ["wrong verifier"]


async def test_a_flow_finishes_once(browser: Browser) -> None:
    flow, returned = await browser.begin()
    assert (await browser.finish(flow, returned))["__typename"] == "SignedIn"
    assert (await browser.finish(flow, returned))["__typename"] == "OpenIdRefused"


async def test_a_sign_in_that_another_browser_began_cannot_be_finished_here(
    browser: Browser,
) -> None:
    _, attackers = await browser.begin()
    victims_flow, _ = await browser.begin()
    assert (await browser.finish(victims_flow, attackers))["__typename"] == "OpenIdRefused"
    assert (await browser.finish("guessed", attackers))["__typename"] == "OpenIdRefused"
    assert browser.provider.refusals == []


async def test_an_answer_of_another_issuer_is_refused(browser: Browser) -> None:
    flow, returned = await browser.begin()
    mixed_up = {**returned, "iss": "https://somebody.else"}
    assert (await browser.finish(flow, mixed_up))["__typename"] == "OpenIdRefused"
    assert browser.provider.codes


async def test_a_flow_ends_after_ten_minutes(browser: Browser, database: Database) -> None:
    flow, returned = await browser.begin()
    await run(database, "UPDATE openid_flows SET expires_at = expires_at - interval '10 min'")
    assert (await browser.finish(flow, returned))["__typename"] == "OpenIdRefused"


async def test_the_offered_providers_are_listed_and_others_not_found(browser: Browser) -> None:
    listed = (await browser.visitor.send("{ openIdProviders { id name } }")).data
    assert listed == {"openIdProviders": [{"id": "there", "name": "There"}]}
    unknown = (await browser.visitor.send(BEGIN, provider="nowhere")).data["beginOpenIdSignIn"]
    assert unknown == {"__typename": "NotFound", "code": "NOT_FOUND"}


async def test_a_provider_that_is_away_is_a_typed_refusal(users_url: str) -> None:
    away = OpenIdProvider(
        id="there",
        name="There",
        issuer=f"http://127.0.0.1:{free_port()}",
        client_id=CLIENT_ID,
        client_secret=SecretStr(CLIENT_SECRET),
    )
    settings = UsersSettings(database_url=users_url, openid_providers=(away,))
    async with serving(create_app(settings)) as url, client_of(url) as client:
        answer = await Visitor(client).send(BEGIN, provider="there")
    assert answer.data["beginOpenIdSignIn"]["__typename"] == "OpenIdRefused"
