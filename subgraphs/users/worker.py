"""The users worker process: relays events, rotates keys, forgets what has ended.

`python -m subgraphs.users.worker` runs it, with health on HOST:PORT.
"""

from datetime import timedelta

from shared import logging
from shared.bus.connect import connect
from shared.db import Database
from shared.worker import Job, WorkerSpec, run
from subgraphs.users import keys, service, sessions
from subgraphs.users.settings import UsersSettings

HOUSEKEEPING_EVERY = timedelta(minutes=10)


def worker(settings: UsersSettings) -> WorkerSpec:
    """What the process does."""
    database = Database(settings.database_url, settings.database_pool_size)

    async def rotate_keys() -> None:
        async with database.transaction() as session:
            await keys.rotate(session, timedelta(days=settings.signing_key_days))

    async def forget() -> None:
        async with database.transaction() as session:
            await service.forget_old_attempts(session)
            await sessions.forget_ended(session)

    return WorkerSpec(
        name="users",
        database=database,
        bus=connect(settings.required_bus_url),
        jobs=(
            Job("rotate signing keys", HOUSEKEEPING_EVERY, rotate_keys),
            Job("forget what has ended", HOUSEKEEPING_EVERY, forget),
        ),
        host=settings.host,
        port=settings.port,
    )


def main() -> None:
    """Run until a signal."""
    settings = UsersSettings()
    logging.configure("users worker", settings.log_format, settings.log_level)
    run(worker(settings))


if __name__ == "__main__":
    main()
