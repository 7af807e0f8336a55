"""Signing up (U1): one account per address, a session at once, no secret in any answer."""

import asyncio
import random

from shared.contracts.users import UserSnapshot
from shared.db import Database
from subgraphs.users.app import create_app
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.kit import client_of, serving
from tests.subgraphs.users.actors import (
    PASSWORD,
    SIGN_UP,
    Visitor,
    column,
    events,
    problem_fields,
    somebody,
)


async def test_signing_up_makes_an_account_and_a_session(visitor: Visitor) -> None:
    signed_up = await visitor.sign_up(email=" Ann@Example.com ", name="Ann")
    user = signed_up["user"]
    assert (user["name"], user["email"]) == ("Ann", "Ann@Example.com")
    assert await visitor.holding(signed_up).me() == user


async def test_fifty_parallel_sign_ups_of_one_address_make_one_account(
    visitor: Visitor, database: Database
) -> None:
    dice = random.Random(7)
    spellings = ["".join(dice.choice((c.upper(), c)) for c in "ann@example.com") for _ in range(50)]
    results = await asyncio.gather(*(visitor.sign_up(email=email) for email in spellings))
    kinds = sorted(result["__typename"] for result in results)
    assert kinds == ["EmailTaken"] * 49 + ["SignedIn"]
    assert await column(database, "SELECT count(*) FROM users") == [1]
    assert await column(database, "SELECT count(*) FROM sessions") == [1]
    assert len(await events(database, "users.user.registered")) == 1


async def test_registration_is_announced_without_a_credential(
    visitor: Visitor, database: Database
) -> None:
    signed_up = await visitor.sign_up()
    (event,) = await events(database)
    assert event["type"] == "users.user.registered"
    assert (event["aggregateId"], event["aggregateVersion"]) == (signed_up["user"]["id"], 1)
    snapshot = UserSnapshot.from_data(event["data"])
    assert (snapshot.name, snapshot.email, snapshot.email_verified) == (
        "Ann",
        "ann@example.com",
        False,
    )
    assert not {"password", "passwordHash"} & set(event["data"])


async def test_neither_password_nor_token_is_stored(visitor: Visitor, database: Database) -> None:
    signed_up = await visitor.sign_up()
    (password_hash,) = await column(database, "SELECT password_hash FROM credentials")
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    rows = await column(
        database,
        "SELECT (s.*)::text || (u.*)::text || (o.*)::text FROM sessions s, users u, outbox o",
    )
    assert signed_up["sessionToken"] not in "".join(rows)
    assert PASSWORD not in "".join(rows)


async def test_the_cookie_is_out_of_reach_of_scripts(visitor: Visitor) -> None:
    answer = await visitor.send(SIGN_UP, input=somebody())
    token = answer.data["signUp"]["sessionToken"]
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name == f"session={token}"
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=2592000"}


async def test_on_https_the_cookie_is_bound_to_the_host(users_url: str) -> None:
    settings = UsersSettings(database_url=users_url, public_url="https://tickets.example")
    async with serving(create_app(settings)) as url, client_of(url) as client:
        answer = await Visitor(client).send(SIGN_UP, input=somebody())
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(attributes)


async def test_bad_details_are_refused_with_the_field(visitor: Visitor, database: Database) -> None:
    cases = (
        ({"email": ""}, "email"),
        ({"email": "ann"}, "email"),
        ({"email": "ann@localhost"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"email": "a@b@example.com"}, "email"),
        ({"email": "ann@example.com\r\nBcc: x@y.z"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "Ann\u001b[31m"}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": "bell\u0007bell"}, "password"),
    )
    for changes, field in cases:
        refused = await visitor.sign_up(**changes)
        assert problem_fields(refused) == {field}
        assert changes.get("password", "no password") not in str(refused)
    assert await column(database, "SELECT count(*) FROM users") == [0]


async def test_wrong_types_are_errors_with_a_code(visitor: Visitor) -> None:
    wrong = ({"email": None}, {"email": 7}, {"password": ["x"]}, {"nick": "x"})
    for changes in wrong:
        answer = await visitor.send(SIGN_UP, input={**somebody(), **changes})
        assert (answer.status, answer.error_codes) == (200, ["BAD_USER_INPUT"])
