"""The users worker process: relays events, sends mail, rotates keys, forgets.

`python -m subgraphs.users.worker` runs it, with health on HOST:PORT.
"""

from datetime import timedelta

from shared import logging
from shared.bus.connect import connect
from shared.db import Database
from shared.worker import Job, WorkerSpec, run
from subgraphs.users import elsewhere, keys, mail, service, sessions
from subgraphs.users.postman import Mailbox, Mailer, NoMailServer, Smtp, deliver_due
from subgraphs.users.settings import UsersSettings

HOUSEKEEPING_EVERY = timedelta(minutes=10)
MAIL_EVERY = timedelta(seconds=5)


def worker(settings: UsersSettings) -> WorkerSpec:
    """What the process does."""
    database = Database(settings.database_url, settings.database_pool_size)
    mailer = _mailer(settings, database)

    async def rotate_keys() -> None:
        async with database.transaction() as session:
            await keys.rotate(session, timedelta(days=settings.signing_key_days))

    async def forget() -> None:
        async with database.transaction() as session:
            await service.forget_old_attempts(session)
            await sessions.forget_ended(session)
            await mail.forget_old(session)
            await elsewhere.forget_old_flows(session)

    async def send_mail() -> None:
        await deliver_due(database, mailer, settings.public_url)

    return WorkerSpec(
        name="users",
        database=database,
        bus=connect(settings.required_bus_url),
        jobs=(
            Job("rotate signing keys", HOUSEKEEPING_EVERY, rotate_keys),
            Job("send mail", MAIL_EVERY, send_mail, wake_on=mail.CHANNEL),
            Job("forget what has ended", HOUSEKEEPING_EVERY, forget),
        ),
        host=settings.host,
        port=settings.port,
    )


def _mailer(settings: UsersSettings, database: Database) -> Mailer:
    if settings.smtp_url is not None:
        return Smtp(settings.smtp_url, settings.mail_from)
    return Mailbox(database) if settings.shows_mailbox else NoMailServer()


def main() -> None:
    """Run until a signal."""
    settings = UsersSettings()
    logging.configure("users worker", settings.log_format, settings.log_level)
    run(worker(settings))


if __name__ == "__main__":
    main()
