"""What somebody sees and changes of their own account (U7)."""

import asyncio
from typing import Any

from shared.db import Database
from tests.subgraphs.users.actors import PASSWORD, Visitor, events, problem_fields

PROFILE = """{ me { id name email emailVerified hasPassword
  sessions { id device createdAt lastUsedAt expiresAt current } } }"""
RENAME = """
mutation ($name: String!) { updateProfile(input: {name: $name}) {
  __typename ... on User { id name email } ... on ValidationFailed { fields { field message } }
} }"""
REVOKE = """
mutation ($id: ID!) { revokeSession(id: $id) {
  __typename ... on SignedOut { revoked } ... on Problem { code } } }"""
CHANGE_PASSWORD = """
mutation ($current: String!, $new: String!) {
  changePassword(input: {current: $current, new: $new}) {
    __typename ... on PasswordChanged { revoked } ... on Problem { code }
    ... on ValidationFailed { fields { field message } }
  } }"""


async def change_password(who: Visitor, current: str, new: str) -> dict[str, Any]:
    answer = await who.send(CHANGE_PASSWORD, current=current, new=new)
    result: dict[str, Any] = answer.data["changePassword"]
    return result


async def sessions_of(who: Visitor) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await who.send(PROFILE)).data["me"]["sessions"]
    return listed


async def test_a_person_sees_where_they_are_signed_in(visitor: Visitor) -> None:
    here = await visitor.signed_up()
    there = await visitor.signed_in()
    await visitor.signed_up(email="bob@example.com")
    assert (await here.send(PROFILE)).data["me"]["hasPassword"] is True
    listed = await sessions_of(here)
    assert [session["current"] for session in listed].count(True) == 1
    assert {session["id"] for session in listed} == {
        (await each.exchange())["sessionId"] for each in (here, there)
    }
    assert all("python-httpx" in session["device"] for session in listed)


async def test_a_session_is_ended_from_another_one(visitor: Visitor) -> None:
    here = await visitor.signed_up()
    there = await visitor.signed_in()
    there_id = (await there.exchange())["sessionId"]
    for expected in (
        {"__typename": "SignedOut", "revoked": 1},
        {"__typename": "NotFound", "code": "NOT_FOUND"},
    ):
        assert (await here.send(REVOKE, id=there_id)).data["revokeSession"] == expected
    assert await there.me() is None
    assert await here.me() is not None


async def test_a_stranger_s_session_is_not_found(visitor: Visitor) -> None:
    ann = await visitor.signed_up()
    bob = await visitor.signed_up(email="bob@example.com")
    ann_id = (await ann.exchange())["sessionId"]
    for session_id in (ann_id, "nonsense", ""):
        answer = await bob.send(REVOKE, id=session_id)
        assert answer.data["revokeSession"]["__typename"] == "NotFound"
    answer = await visitor.send(REVOKE, id=ann_id)
    assert answer.data["revokeSession"]["__typename"] == "Unauthenticated"
    assert await ann.me() is not None


async def test_a_new_name_is_shown_and_announced(visitor: Visitor, database: Database) -> None:
    here = await visitor.signed_up()
    renamed = (await here.send(RENAME, name=" Anna ")).data["updateProfile"]
    assert renamed["name"] == "Anna"
    assert await here.send(RENAME, name="Anna")
    (event,) = await events(database, "users.user.updated")
    assert (event["aggregateVersion"], event["data"]["name"]) == (2, "Anna")
    assert problem_fields((await here.send(RENAME, name="")).data["updateProfile"]) == {"name"}
    anonymous = (await visitor.send(RENAME, name="x")).data["updateProfile"]
    assert anonymous["__typename"] == "Unauthenticated"


async def test_racing_renames_are_all_announced_without_a_gap(
    visitor: Visitor, database: Database
) -> None:
    here = await visitor.signed_up()
    await asyncio.gather(*(here.send(RENAME, name=f"Name {number}") for number in range(20)))
    versions = [event["aggregateVersion"] for event in await events(database, "users.user.%")]
    assert versions == list(range(1, 22))


async def test_a_new_password_counts_at_once_and_ends_other_sessions(visitor: Visitor) -> None:
    here = await visitor.signed_up()
    there = await visitor.signed_in()
    changed = await change_password(here, PASSWORD, "battery staple")
    assert changed == {"__typename": "PasswordChanged", "revoked": 1}
    assert await here.me() is not None
    assert await there.me() is None
    assert (await visitor.sign_in())["__typename"] == "InvalidCredentials"
    assert (await visitor.sign_in(password="battery staple"))["__typename"] == "SignedIn"


async def test_a_stolen_session_cannot_guess_the_password(visitor: Visitor) -> None:
    here = await visitor.signed_up()
    kinds = [
        (await change_password(here, f"wrong horse {number}", "battery staple"))["__typename"]
        for number in range(6)
    ]
    assert kinds == ["InvalidCredentials"] * 5 + ["RateLimited"]


async def test_a_bad_new_password_is_refused_before_the_old_one_is_looked_at(
    visitor: Visitor,
) -> None:
    here = await visitor.signed_up()
    assert problem_fields(await change_password(here, "whatever", "short")) == {"new"}
    assert (await change_password(visitor, PASSWORD, "battery staple"))[
        "__typename"
    ] == "Unauthenticated"
