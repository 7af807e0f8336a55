"""The oracle: silent while all is well, and a broken promise is found."""

from shared.db import Database
from subgraphs.users.invariants import violations
from tests.subgraphs.users.actors import Visitor, run
from tests.subgraphs.users.test_profile import RENAME


async def broken(database: Database) -> list[str]:
    async with database.reading() as session:
        return [each.invariant.id for each in await violations(session)]


async def test_an_unannounced_change_and_an_unsent_event_are_found(
    visitor: Visitor, database: Database
) -> None:
    here = await visitor.signed_up()
    await here.send(RENAME, name="Anna")
    await here.sign_out()
    assert await broken(database) == []
    await run(database, "UPDATE users SET version = version + 1")
    await run(database, "UPDATE outbox SET created_at = now() - interval '1 min'")
    assert await broken(database) == ["I5", "I10", "I10", "I10"]
