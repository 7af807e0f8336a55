"""Mailed links: they prove an address or reset a password once, and reveal nothing."""

import asyncio
import re
from typing import Any

import pytest

from shared.db import Database
from subgraphs.users.mail import Letter
from subgraphs.users.postman import Mailbox, deliver_due
from tests.subgraphs.users.actors import PASSWORD, Visitor, column, events, problem_fields, run

PUBLIC_URL = "https://tickets.example"
VERIFY = """
mutation ($token: String!) { verifyEmail(token: $token) {
  __typename ... on EmailVerified { user { id name } } ... on Problem { code } } }"""
REQUEST_VERIFICATION = """
mutation ($email: String) { requestEmailVerification(email: $email) {
  __typename ... on MailSent { to } ... on Problem { code } ... on RateLimited { retryAfter }
  ... on ValidationFailed { fields { field message } } } }"""
REQUEST_RESET = """
mutation ($email: String!) { requestPasswordReset(email: $email) {
  __typename ... on MailSent { to } ... on Problem { code } ... on RateLimited { retryAfter }
  ... on ValidationFailed { fields { field message } } } }"""
RESET = """
mutation ($token: String!, $password: String!) {
  resetPassword(token: $token, password: $password) {
    __typename ... on SignedIn { sessionToken user { id } } ... on Problem { code }
    ... on ValidationFailed { fields { field message } } } }"""
VERIFIED = "{ me { email emailVerified } }"


class PostBox:
    """A mailer that hands its letters to the test, or fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.letters: list[Letter] = []
        self.failures = failures

    async def send(self, letter: Letter) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("connection refused")
        self.letters.append(letter)


def token_in(letter: Letter) -> str:
    found = re.search(r"#token=(\S+)", letter.body)
    assert found, letter.body
    return found[1]


async def delivered(database: Database) -> list[Letter]:
    """What is delivered now."""
    box = PostBox()
    await deliver_due(database, box, PUBLIC_URL)
    return box.letters


async def send(who: Visitor, mutation: str, **variables: Any) -> dict[str, Any]:
    (result,) = (await who.send(mutation, **variables)).data.values()
    found: dict[str, Any] = result
    return found


async def test_a_new_account_proves_its_address_by_the_mailed_link(
    visitor: Visitor, database: Database
) -> None:
    here = await visitor.signed_up()
    assert (await here.send(VERIFIED)).data["me"]["emailVerified"] is False
    (letter,) = await delivered(database)
    assert letter.to == "ann@example.com"
    assert f"{PUBLIC_URL}/verify-email#token=" in letter.body
    verified = await send(visitor, VERIFY, token=token_in(letter))
    assert (verified["__typename"], verified["user"]["name"]) == ("EmailVerified", "Ann")
    assert (await here.send(VERIFIED)).data["me"]["emailVerified"] is True
    (event,) = await events(database, "users.user.updated")
    assert (event["aggregateVersion"], event["data"]["emailVerified"]) == (2, True)
    assert (await send(here, REQUEST_VERIFICATION))["__typename"] == "AlreadyVerified"


async def test_a_link_works_once(visitor: Visitor, database: Database) -> None:
    await visitor.signed_up()
    (letter,) = await delivered(database)
    results = await asyncio.gather(
        *(send(visitor, VERIFY, token=token_in(letter)) for _ in range(10))
    )
    kinds = sorted(result["__typename"] for result in results)
    assert kinds == ["EmailVerified"] + ["InvalidToken"] * 9


async def test_a_link_for_one_thing_does_no_other(visitor: Visitor, database: Database) -> None:
    await visitor.signed_up()
    (letter,) = await delivered(database)
    refused = await send(visitor, RESET, token=token_in(letter), password="battery staple")
    assert refused["__typename"] == "InvalidToken"
    for token in ("", "x", "é\u0001", "x" * 10_000):
        assert (await send(visitor, VERIFY, token=token))["__typename"] == "InvalidToken"


async def test_an_expired_link_does_nothing(visitor: Visitor, database: Database) -> None:
    await visitor.signed_up()
    (letter,) = await delivered(database)
    await run(database, "UPDATE mail_tokens SET expires_at = now()")
    assert (await send(visitor, VERIFY, token=token_in(letter)))["__typename"] == "InvalidToken"


async def test_tokens_are_stored_as_hashes_only(visitor: Visitor, database: Database) -> None:
    await visitor.signed_up()
    (letter,) = await delivered(database)
    rows = await column(database, "SELECT m::text || t::text FROM mails m, mail_tokens t")
    assert token_in(letter) not in "".join(rows)
    assert token_in(letter) not in repr(letter)


async def test_an_address_changes_when_the_new_one_is_proved(
    visitor: Visitor, database: Database
) -> None:
    here = await visitor.signed_up()
    await delivered(database)
    asked = await send(here, REQUEST_VERIFICATION, email="anna@example.org")
    assert asked == {"__typename": "MailSent", "to": "anna@example.org"}
    (letter,) = await delivered(database)
    assert letter.to == "anna@example.org"
    assert (await here.send(VERIFIED)).data["me"]["email"] == "ann@example.com"
    await send(visitor, VERIFY, token=token_in(letter))
    assert (await here.send(VERIFIED)).data["me"] == {
        "email": "anna@example.org",
        "emailVerified": True,
    }
    assert (await visitor.sign_in("ANNA@example.org"))["__typename"] == "SignedIn"


async def test_an_address_taken_meanwhile_is_not_taken_twice(
    visitor: Visitor, database: Database
) -> None:
    here = await visitor.signed_up()
    await delivered(database)
    await send(here, REQUEST_VERIFICATION, email="bob@example.com")
    (letter,) = await delivered(database)
    await visitor.signed_up(email="BOB@example.com")
    assert (await send(visitor, VERIFY, token=token_in(letter)))["__typename"] == "EmailTaken"
    taken = await send(here, REQUEST_VERIFICATION, email="bob@EXAMPLE.com")
    assert taken["__typename"] == "EmailTaken"


async def test_a_password_is_reset_by_the_mailed_link(visitor: Visitor, database: Database) -> None:
    stolen = await visitor.signed_up()
    await delivered(database)
    await send(visitor, REQUEST_RESET, email="ANN@example.com")
    (letter,) = await delivered(database)
    assert (letter.to, f"{PUBLIC_URL}/reset-password#token=" in letter.body) == (
        "ann@example.com",
        True,
    )
    refused = await send(visitor, RESET, token=token_in(letter), password="short")
    assert problem_fields(refused) == {"password"}
    reset = await send(visitor, RESET, token=token_in(letter), password="battery staple")
    assert reset["__typename"] == "SignedIn"
    assert await stolen.me() is None
    assert (await visitor.holding(reset).send(VERIFIED)).data["me"]["emailVerified"] is True
    assert (await visitor.sign_in(password=PASSWORD))["__typename"] == "InvalidCredentials"
    again = await send(visitor, RESET, token=token_in(letter), password="battery staple")
    assert again["__typename"] == "InvalidToken"


async def test_no_sign_in_with_the_old_password_outlives_a_reset(
    visitor: Visitor, database: Database
) -> None:
    await visitor.signed_up()
    for number in range(5):
        old, new = (PASSWORD, "battery staple")[:: 1 if number % 2 == 0 else -1]
        await run(database, "DELETE FROM mails")
        await send(visitor, REQUEST_RESET, email="ann@example.com")
        (letter,) = await delivered(database)
        reset, *signed_in = await asyncio.gather(
            send(visitor, RESET, token=token_in(letter), password=new),
            *(visitor.sign_in(password=old) for _ in range(5)),
        )
        for each in signed_in:
            if each["__typename"] == "SignedIn":
                assert await visitor.holding(each).me() is None
        assert await visitor.holding(reset).me() is not None
        await run(database, "DELETE FROM login_attempts")


async def test_asking_for_a_reset_reveals_no_account(visitor: Visitor, database: Database) -> None:
    await visitor.signed_up()
    await delivered(database)
    known = await send(visitor, REQUEST_RESET, email="ann@example.com")
    unknown = await send(visitor, REQUEST_RESET, email="nobody@example.com")
    assert known["__typename"] == unknown["__typename"] == "MailSent"
    assert [letter.to for letter in await delivered(database)] == ["ann@example.com"]


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
async def test_an_address_is_not_flooded(visitor: Visitor, email: str) -> None:
    asked = await asyncio.gather(*(send(visitor, REQUEST_RESET, email=email) for _ in range(8)))
    kinds = sorted(result["__typename"] for result in asked)
    assert kinds == ["MailSent"] * 3 + ["RateLimited"] * 5
    limited = next(result for result in asked if result["__typename"] == "RateLimited")
    assert 0 < limited["retryAfter"] <= 900


async def test_a_newer_link_replaces_the_older(visitor: Visitor, database: Database) -> None:
    await visitor.signed_up()
    letters = []
    for _ in range(2):
        await send(visitor, REQUEST_RESET, email="ann@example.com")
        letters += [each for each in await delivered(database) if "password" in each.subject]
    older, newer = letters
    for letter, kind in ((older, "InvalidToken"), (newer, "SignedIn")):
        result = await send(visitor, RESET, token=token_in(letter), password="battery staple")
        assert result["__typename"] == kind


async def test_a_mail_that_cannot_be_sent_goes_out_later_with_a_new_token(
    visitor: Visitor, database: Database
) -> None:
    await visitor.signed_up()
    box = PostBox(failures=2)
    for _ in range(3):
        await deliver_due(database, box, PUBLIC_URL)
        await run(database, "UPDATE mails SET next_attempt_at = now()")
    (letter,) = box.letters
    assert (await send(visitor, VERIFY, token=token_in(letter)))["__typename"] == "EmailVerified"
    await deliver_due(database, box, PUBLIC_URL)
    assert len(box.letters) == 1


async def test_a_mail_is_given_up_after_eight_attempts(
    visitor: Visitor, database: Database
) -> None:
    await visitor.signed_up()
    box = PostBox(failures=100)
    for _ in range(12):
        await deliver_due(database, box, PUBLIC_URL)
        await run(database, "UPDATE mails SET next_attempt_at = now()")
    assert box.failures == 100 - 8
    assert await column(database, "SELECT settled_at IS NOT NULL FROM mails") == [True]


async def test_without_a_mail_server_the_mailbox_shows_the_letter(
    visitor: Visitor, database: Database
) -> None:
    await visitor.signed_up(name="<Ann> & co")
    await deliver_due(database, Mailbox(database), PUBLIC_URL)
    page = (await visitor.service.http.get(f"{visitor.service.url}/mailbox")).text
    assert "Confirm your e-mail address" in page
    assert "Hello &lt;Ann&gt; &amp; co," in page
    (token,) = set(re.findall(r"#token=([\w-]+)", page))
    assert (await send(visitor, VERIFY, token=token))["__typename"] == "EmailVerified"


async def test_asking_to_prove_an_address_needs_a_session_and_an_address(
    visitor: Visitor,
) -> None:
    assert (await send(visitor, REQUEST_VERIFICATION))["__typename"] == "Unauthenticated"
    here = await visitor.signed_up()
    assert problem_fields(await send(here, REQUEST_VERIFICATION, email="x")) == {"email"}
    assert problem_fields(await send(visitor, REQUEST_RESET, email="")) == {"email"}
