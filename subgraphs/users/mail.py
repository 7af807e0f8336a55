"""Mails with single-use tokens: asked for, made when sent, redeemed once.

API    request → a row of `mails` (nothing secret in it), NOTIFY
worker claim   → token made, its hash stored, the letter written → settle | later again
API    redeem  → whose token it was, once, until it expires
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import database_now
from shared.ids import uuid7
from subgraphs.users.errors import InvalidMailToken, TooManyMails
from subgraphs.users.models import Mail, MailPurpose, MailToken, User
from subgraphs.users.throttle import one_at_a_time
from subgraphs.users.tokens import digest, new_token

CHANNEL = "mails"
"""The NOTIFY channel that wakes the worker."""
MAILS_MAXIMUM = 3
MAILS_WINDOW = timedelta(minutes=15)
ATTEMPTS_MAXIMUM = 8
SETTLED_KEPT = timedelta(days=7)

LIFETIMES = {
    MailPurpose.VERIFY_EMAIL: timedelta(days=1),
    MailPurpose.RESET_PASSWORD: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent; `mail_id` says which request it answers."""

    mail_id: UUID
    to: str
    subject: str
    body: str

    def __repr__(self) -> str:
        return f"<Letter {self.mail_id}>"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a token proved: that `user_id` reads the mail of `email`."""

    user_id: UUID
    email: str


async def request(
    session: AsyncSession, purpose: MailPurpose, email: str, user_id: UUID | None = None
) -> None:
    """Ask for a mail. Raises TooManyMails for the fourth to an address within MAILS_WINDOW."""
    await one_at_a_time(session, "mail", email)
    now = await database_now(session)
    recent = (
        await session.scalars(
            select(Mail.requested_at)
            .where(
                func.lower(Mail.email) == func.lower(email), Mail.requested_at > now - MAILS_WINDOW
            )
            .order_by(Mail.requested_at.desc())
            .limit(MAILS_MAXIMUM)
        )
    ).all()
    if len(recent) == MAILS_MAXIMUM:
        raise TooManyMails(ceil((recent[-1] + MAILS_WINDOW - now).total_seconds()))
    session.add(
        Mail(
            id=uuid7(),
            purpose=purpose,
            email=email,
            user_id=user_id,
            requested_at=now,
            next_attempt_at=now,
            attempts=0,
        )
    )
    await session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


async def claim(session: AsyncSession, public_url: str) -> Letter | UUID | None:
    """The next due mail: its letter, the id of one that needs none, or None when none is due.

    A claimed mail is due again later (1 s, 4 s, 16 s, …), so a crash while sending costs a
    second letter at worst; after ATTEMPTS_MAXIMUM it is given up. Each letter has a new
    token, which replaces the unused ones before it.
    """
    now = await database_now(session)
    mail = await session.scalar(
        select(Mail)
        .where(Mail.settled_at.is_(None), Mail.next_attempt_at <= now)
        .order_by(Mail.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mail is None:
        return None
    user = await _recipient(session, mail)
    if user is None or mail.attempts >= ATTEMPTS_MAXIMUM:
        mail.settled_at = now
        return mail.id
    mail.next_attempt_at = now + timedelta(seconds=4**mail.attempts)
    mail.attempts += 1
    token = new_token()
    await session.execute(
        delete(MailToken).where(MailToken.user_id == user.id, MailToken.purpose == mail.purpose)
    )
    session.add(
        MailToken(
            token_hash=digest(token),
            user_id=user.id,
            purpose=mail.purpose,
            email=mail.email if mail.purpose is MailPurpose.VERIFY_EMAIL else user.email,
            expires_at=now + LIFETIMES[mail.purpose],
        )
    )
    return _letter(mail, user, f"{public_url.rstrip('/')}/{_PAGES[mail.purpose]}#token={token}")


async def settle(session: AsyncSession, mail_id: UUID) -> None:
    """The letter has left."""
    await session.execute(update(Mail).where(Mail.id == mail_id).values(settled_at=func.now()))


async def keep(session: AsyncSession, letter: Letter) -> None:
    """Put the letter into the local mailbox in place of sending it."""
    await session.execute(
        update(Mail)
        .where(Mail.id == letter.mail_id)
        .values(subject=letter.subject, body=letter.body)
    )


async def redeem(session: AsyncSession, purpose: MailPurpose, token: str) -> Redeemed:
    """Use a token up, in one conditional UPDATE. Raises InvalidMailToken.

    A token of another purpose, an expired and a used one are all the same: invalid.
    """
    found = await session.execute(
        update(MailToken)
        .where(*_is_good(purpose, token))
        .values(used_at=func.now())
        .returning(MailToken.user_id, MailToken.email)
    )
    redeemed = found.one_or_none()
    if redeemed is None:
        raise InvalidMailToken
    return Redeemed(*redeemed)


async def require_good(session: AsyncSession, purpose: MailPurpose, token: str) -> None:
    """A quick look that spares hashing; only `redeem` decides. Raises InvalidMailToken."""
    if await session.scalar(select(MailToken.user_id).where(*_is_good(purpose, token))) is None:
        raise InvalidMailToken


async def forget_old(session: AsyncSession) -> None:
    """Delete what was settled SETTLED_KEPT ago, and tokens that have ended."""
    await session.execute(delete(Mail).where(Mail.settled_at < func.now() - SETTLED_KEPT))
    await session.execute(delete(MailToken).where(MailToken.expires_at < func.now()))


def _is_good(purpose: MailPurpose, token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        MailToken.token_hash == digest(token),
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > func.now(),
    )


async def _recipient(session: AsyncSession, mail: Mail) -> User | None:
    if mail.user_id is not None:
        return await session.get(User, mail.user_id)
    statement = select(User).where(func.lower(User.email) == func.lower(mail.email))
    found: User | None = await session.scalar(statement)
    return found


_PAGES = {
    MailPurpose.VERIFY_EMAIL: "verify-email",
    MailPurpose.RESET_PASSWORD: "reset-password",
}


def _letter(mail: Mail, user: User, link: str) -> Letter:
    """The token stands behind the #, which browsers send to no server, so no log has it."""
    if mail.purpose is MailPurpose.VERIFY_EMAIL:
        subject = "Confirm your e-mail address"
        request_text = "Please confirm that this is your e-mail address:"
        validity = "The link works once, within a day."
    else:
        subject = "Choose a new password"
        request_text = "Somebody, we hope you, asked to choose a new password for your account:"
        validity = "The link works once, within an hour. Ignore this mail to keep your password."
    body = f"Hello {user.name},\n\n{request_text}\n\n{link}\n\n{validity}\n"
    to = mail.email if mail.purpose is MailPurpose.VERIFY_EMAIL else user.email
    return Letter(mail.id, to, subject, body)
