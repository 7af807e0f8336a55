"""Once per message and consumer, decided in the consumer's transaction."""

import asyncio
from datetime import timedelta

import pytest

from shared.db import Database
from shared.ids import uuid7
from shared.inbox import first_time, forget_old


async def test_a_message_is_new_once(database: Database) -> None:
    message_id = uuid7()
    answers = []
    for _ in range(3):
        async with database.transaction() as session:
            answers.append(await first_time(session, "orders.tickets", message_id))
    assert answers == [True, False, False]


async def test_each_consumer_has_its_own_memory(database: Database) -> None:
    message_id = uuid7()
    async with database.transaction() as session:
        assert await first_time(session, "one", message_id)
        assert await first_time(session, "other", message_id)


async def test_a_rolled_back_handler_leaves_the_message_new(database: Database) -> None:
    message_id = uuid7()

    async def fail() -> None:
        async with database.transaction() as session:
            assert await first_time(session, "one", message_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.transaction() as session:
        assert await first_time(session, "one", message_id)


async def test_of_parallel_handlers_of_one_message_exactly_one_goes_on(database: Database) -> None:
    message_id = uuid7()

    async def handle() -> bool:
        async with database.transaction() as session:
            is_first = await first_time(session, "one", message_id)
            await asyncio.sleep(0.02)
            return is_first

    answers = await asyncio.gather(*(handle() for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]


async def test_only_old_ids_are_forgotten(database: Database) -> None:
    async with database.transaction() as session:
        await first_time(session, "one", uuid7())
    assert await forget_old(database) == 0
    assert await forget_old(database, keep=timedelta(0)) == 1
