"""Due mails in, letters sent: by SMTP, or into the local mailbox where none is set.

`deliver_due` is the worker's job. A letter is sent between two units of work; when sending
fails, the mail stays due and goes out later with a new token.
"""

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.db import Database
from subgraphs.users import mail
from subgraphs.users.mail import Letter

logger = logging.getLogger(__name__)

SMTP_TIMEOUT_SECONDS = 15.0


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, letter: Letter) -> None:
        """Returns when the letter is out of our hands. Raises OSError or smtplib's errors."""
        ...


class Mailbox:
    """Keeps letters in the database, for `/mailbox` to show."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, letter: Letter) -> None:
        async with self._database.transaction() as session:
            await mail.keep(session, letter)


class NoMailServer:
    """Sends nothing and says so: where strangers could read a mailbox, there is none."""

    async def send(self, letter: Letter) -> None:
        raise OSError("SMTP_URL is not set")


class Smtp:
    """Sends through a mail server; `url` is `smtp[s]://[user:password@]host[:port]`.

    `smtps` speaks TLS from the start; `smtp` upgrades to it where the server offers that, and
    never gives a password without it.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = (
            self._sender,
            letter.to,
            letter.subject,
        )
        message["Message-ID"] = f"<{letter.mail_id}@{self._sender.rpartition('@')[2]}>"
        message.set_content(letter.body)
        with self._connect() as server:
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        host, context = self._url.hostname or "localhost", ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=SMTP_TIMEOUT_SECONDS, context=context
            )
            is_secure = True
        else:
            server = smtplib.SMTP(host, self._url.port or 25, timeout=SMTP_TIMEOUT_SECONDS)
            is_secure = server.has_extn("starttls") if server.ehlo()[0] == 250 else False
            if is_secure:
                server.starttls(context=context)
        if self._url.username:
            if not is_secure:
                server.close()
                raise OSError(f"{host} offers no TLS; a password would be sent in the clear")
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server


async def deliver_due(database: Database, mailer: Mailer, public_url: str) -> None:
    """Send every mail that is due; one that fails is logged without its contents."""
    while True:
        async with database.transaction() as session:
            due = await mail.claim(session, public_url)
        if due is None:
            return
        if isinstance(due, UUID):
            continue
        try:
            await mailer.send(due)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("mail %s could not be sent: %s", due.mail_id, _cause(error))
            continue
        async with database.transaction() as session:
            await mail.settle(session, due.mail_id)


def _cause(error: Exception) -> str:
    """What went wrong, without the address that a mail server may repeat in its answer."""
    if isinstance(error, smtplib.SMTPException):
        return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
    return f"{type(error).__name__}: {error}"
