"""Signing in (U2, U5): nobody learns which addresses exist, guessing is throttled."""

import asyncio
import time

from argon2 import PasswordHasher

from shared.db import Database
from tests.subgraphs.users.actors import Visitor, column, problem_fields, run


async def test_the_right_password_opens_a_session_whatever_the_case_of_the_address(
    visitor: Visitor,
) -> None:
    signed_up = await visitor.sign_up()
    signed_in = await visitor.sign_in("ANN@example.COM")
    assert signed_in["user"] == signed_up["user"]
    assert signed_in["sessionToken"] != signed_up["sessionToken"]
    assert await visitor.holding(signed_in).me() == signed_up["user"]


async def test_unknown_address_and_wrong_password_get_the_same_answer(visitor: Visitor) -> None:
    await visitor.sign_up()
    wrong = await visitor.sign_in(password="wrong horse")
    assert wrong == await visitor.sign_in("nobody@example.com")
    assert wrong["code"] == "INVALID_CREDENTIALS"


async def test_unknown_address_and_wrong_password_take_the_same_time(visitor: Visitor) -> None:
    for number in range(12):
        await visitor.sign_up(email=f"known{number}@example.com")
    known, unknown = [], []
    for number in range(12):
        known.append(await _seconds_to_fail(visitor, f"known{number}@example.com"))
        unknown.append(await _seconds_to_fail(visitor, f"unknown{number}@example.com"))
    assert 0.8 < min(known) / min(unknown) < 1.25


async def _seconds_to_fail(visitor: Visitor, email: str) -> float:
    """This process's own time, hashing threads included: other load does not count."""
    started = time.process_time()
    await visitor.sign_in(email, "wrong horse")
    return time.process_time() - started


async def test_the_sixth_failure_is_refused_even_with_the_right_password(
    visitor: Visitor, database: Database
) -> None:
    await visitor.sign_up()
    for _ in range(5):
        refused = await visitor.sign_in(password="wrong horse")
        assert refused["__typename"] == "InvalidCredentials"
    limited = await visitor.sign_in()
    assert limited["__typename"] == "RateLimited"
    assert 0 < limited["retryAfter"] <= 15 * 60

    await run(database, "UPDATE login_attempts SET at = at - interval '15 minutes'")
    assert (await visitor.sign_in())["__typename"] == "SignedIn"


async def test_an_unknown_address_is_throttled_alike(visitor: Visitor) -> None:
    kinds = [(await visitor.sign_in("nobody@example.com"))["__typename"] for _ in range(6)]
    assert kinds == ["InvalidCredentials"] * 5 + ["RateLimited"]


async def test_parallel_guesses_are_not_more_guesses(visitor: Visitor) -> None:
    await visitor.sign_up()
    results = await asyncio.gather(
        *(visitor.sign_in(password=f"wrong horse {number}") for number in range(40))
    )
    kinds = [result["__typename"] for result in results]
    assert kinds.count("InvalidCredentials") == 5
    assert kinds.count("RateLimited") == 35


async def test_many_people_may_sign_in_to_one_account_at_once(visitor: Visitor) -> None:
    await visitor.sign_up()
    results = await asyncio.gather(*(visitor.sign_in() for _ in range(12)))
    assert {result["__typename"] for result in results} == {"SignedIn"}


async def test_success_forgets_the_failures_before_it(visitor: Visitor) -> None:
    await visitor.sign_up()
    for _ in range(2):
        for _ in range(4):
            await visitor.sign_in(password="wrong horse")
        assert (await visitor.sign_in())["__typename"] == "SignedIn"


async def test_what_no_account_can_have_is_refused_by_field(visitor: Visitor) -> None:
    assert problem_fields(await visitor.sign_in("", "")) == {"email", "password"}
    assert problem_fields(await visitor.sign_in("x" * 300)) == {"email"}
    assert problem_fields(await visitor.sign_in(password="x" * 300)) == {"password"}
    assert problem_fields(await visitor.sign_in("ann\u0001@example.com")) == {"email"}


async def test_an_outdated_hash_is_replaced_when_it_is_used(
    visitor: Visitor, database: Database
) -> None:
    await visitor.sign_up()
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    await run(database, f"UPDATE credentials SET password_hash = '{weak}'")
    assert (await visitor.sign_in())["__typename"] == "SignedIn"
    (replaced,) = await column(database, "SELECT password_hash FROM credentials")
    assert replaced.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await visitor.sign_in())["__typename"] == "SignedIn"
