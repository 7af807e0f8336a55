"""The worker: events leave, keys are made, what has ended is forgotten."""

import asyncio

from shared.db import Database
from shared.worker import run_worker
from subgraphs.users.settings import UsersSettings
from subgraphs.users.worker import worker
from tests.subgraphs.users.actors import Visitor, column, run
from tests.testkit.eventually import eventually


async def test_the_worker_relays_rotates_and_forgets(
    visitor: Visitor, users_url: str, database_url: str, database: Database
) -> None:
    await visitor.signed_up()
    await visitor.sign_in(password="wrong horse")
    await run(database, "UPDATE login_attempts SET at = at - interval '1 day'")
    await run(database, "UPDATE sessions SET expires_at = now() - interval '8 days'")
    await run(database, "DELETE FROM signing_keys")
    stop = asyncio.Event()
    settings = UsersSettings(database_url=users_url, bus_url=database_url, port=0)
    running = asyncio.create_task(run_worker(worker(settings), stop))

    async def settled() -> bool:
        (left,) = await column(
            database,
            "SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)"
            " + (SELECT count(*) FROM login_attempts) + (SELECT count(*) FROM sessions)"
            " + 1 - (SELECT count(*) FROM signing_keys)",
        )
        return bool(left == 0)

    await eventually(settled)
    stop.set()
    await running
