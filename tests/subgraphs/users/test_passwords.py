"""Hashing (U5): off the event loop, a few at once, never slower for nobody than for somebody."""

import asyncio
from collections.abc import Iterator

import pytest

from subgraphs.users import passwords as module
from subgraphs.users.errors import Overloaded
from subgraphs.users.passwords import Cost, Passwords, Verdict


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    hasher = Passwords(concurrency=2)
    yield hasher
    hasher.close()


async def test_a_password_fits_its_own_hash_only(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert await passwords.verify(hashed, "correct horse") == Verdict(fits=True)
    assert await passwords.verify(hashed, "correct horsf") == Verdict(fits=False)
    assert hashed != await passwords.hash("correct horse")


async def test_nothing_fits_nobody_or_a_broken_hash(passwords: Passwords) -> None:
    assert await passwords.verify(None, "correct horse") == Verdict(fits=False)
    assert await passwords.verify("broken", "correct horse") == Verdict(fits=False)


async def test_a_hash_of_another_cost_is_outdated(passwords: Passwords) -> None:
    cheap = Passwords(Cost(memory_kib=8192, passes=1))
    hashed = await cheap.hash("correct horse")
    cheap.close()
    assert await passwords.verify(hashed, "correct horse") == Verdict(fits=True, outdated=True)
    assert not (await passwords.verify(hashed, "wrong")).outdated


async def test_the_event_loop_runs_while_a_password_is_hashed() -> None:
    slow = Passwords(Cost(memory_kib=131_072, passes=6), concurrency=1)
    hashing = asyncio.create_task(slow.hash("correct horse"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.005)
        turns += 1
    slow.close()
    assert turns > 5


async def test_only_so_many_may_wait(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_MAXIMUM", 3)
    results = await asyncio.gather(
        *(passwords.hash("correct horse") for _ in range(5)), return_exceptions=True
    )
    assert [isinstance(result, Overloaded) for result in results] == [False] * 3 + [True] * 2
    assert (await passwords.hash("correct horse")).startswith("$argon2id$")
