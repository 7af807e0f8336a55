"""The use cases around an account: a session and a command in, the user out.

None of them commits: the caller owns the unit of work. Hashing happens between two of them,
never inside one, so that no connection waits for it:

    sign up   address_is_free → Passwords.hash → register → sessions.open_session
    sign in   admit → Passwords.verify → reject | accept → sessions.open_session
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.contracts.events import Event
from shared.contracts.users import USER_REGISTERED
from shared.db import database_now
from shared.ids import uuid7
from subgraphs.users import mail
from subgraphs.users.errors import EmailTaken, InvalidCredentials, TooManyAttempts, TooManyMails
from subgraphs.users.models import Credential, LoginAttempt, MailPurpose, User
from subgraphs.users.throttle import one_at_a_time

ATTEMPTS_MAXIMUM = 5
ATTEMPTS_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Clean details of a new account; `password_hash` None for one that signs in elsewhere."""

    email: str
    name: str
    password_hash: str | None = field(repr=False)
    email_verified: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """A try to sign in that may go on: what its password is checked against."""

    attempt_id: UUID
    user_id: UUID | None
    password_hash: str | None = field(repr=False)


async def address_is_free(session: AsyncSession, email: str) -> bool:
    """A quick look that spares hashing; only `register` decides."""
    return await user_by_email(session, email) is None


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The account of an address, whatever its case."""
    found: User | None = await session.scalar(
        select(User).where(func.lower(User.email) == func.lower(email))
    )
    return found


async def register(session: AsyncSession, account: NewAccount) -> User:
    """Make the account, announce it, and have its address proved by mail if it is not yet.

    Raises EmailTaken, also to the loser of a race.
    """
    now = await database_now(session)
    user: User | None = await session.scalar(
        insert(User)
        .values(
            id=uuid7(),
            version=1,
            email=account.email,
            email_verified_at=now if account.email_verified else None,
            name=account.name,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(User)
    )
    if user is None:
        raise EmailTaken(account.email)
    if account.password_hash is not None:
        await set_password(session, user.id, account.password_hash)
    if not account.email_verified:
        with suppress(TooManyMails):
            await mail.request(session, MailPurpose.VERIFY_EMAIL, user.email, user.id)
    await announce(session, user, USER_REGISTERED, now)
    return user


async def admit(session: AsyncSession, email: str) -> Admission:
    """Count a try to sign in before its password is looked at, so parallel guesses count too.

    A try counts as failed until `accept`. Raises TooManyAttempts for the sixth within
    ATTEMPTS_WINDOW; a refused try does not count, so waiting helps. Addresses without an
    account are counted alike.
    """
    key = email.lower()
    await one_at_a_time(session, "sign in", key)
    now = await database_now(session)
    recent = (
        await session.execute(
            select(LoginAttempt.at, LoginAttempt.failed)
            .where(LoginAttempt.email == key, LoginAttempt.at > now - ATTEMPTS_WINDOW)
            .order_by(LoginAttempt.at.desc())
            .limit(ATTEMPTS_MAXIMUM)
        )
    ).all()
    if len(recent) == ATTEMPTS_MAXIMUM:
        settled = all(failed for _, failed in recent)
        wait = recent[-1].at + ATTEMPTS_WINDOW - now if settled else timedelta(seconds=1)
        raise TooManyAttempts(max(1, ceil(wait.total_seconds())), settled=settled)
    attempt = LoginAttempt(id=uuid7(), email=key, at=now, failed=False)
    session.add(attempt)
    known = await session.execute(
        select(User.id, Credential.password_hash)
        .outerjoin(Credential, Credential.user_id == User.id)
        .where(func.lower(User.email) == func.lower(email))
    )
    user_id, password_hash = known.one_or_none() or (None, None)
    return Admission(attempt.id, user_id, password_hash)


async def reject(session: AsyncSession, admission: Admission) -> None:
    """The password was wrong, or nobody's."""
    await session.execute(
        update(LoginAttempt).where(LoginAttempt.id == admission.attempt_id).values(failed=True)
    )


async def forget(session: AsyncSession, admission: Admission) -> None:
    """The password was never looked at: the try does not count."""
    await session.execute(delete(LoginAttempt).where(LoginAttempt.id == admission.attempt_id))


async def accept(
    session: AsyncSession, email: str, admission: Admission, new_hash: str | None = None
) -> User:
    """The password was right: forget the failures; `new_hash` replaces an outdated one.

    Raises InvalidCredentials when the password was changed while it was checked: whoever
    changes it waits for this transaction, and then ends the session that it opens.
    """
    unchanged = select(Credential.user_id).where(
        Credential.user_id == admission.user_id,
        Credential.password_hash == admission.password_hash,
    )
    user_id = await session.scalar(unchanged.with_for_update())
    user = None if user_id is None else await session.get(User, user_id)
    if user is None:
        raise InvalidCredentials
    await session.execute(delete(LoginAttempt).where(LoginAttempt.email == email.lower()))
    if new_hash is not None:
        await set_password(session, user.id, new_hash)
    return user


async def set_password(session: AsyncSession, user_id: UUID, password_hash: str) -> None:
    """Give an account a (new) password."""
    statement = insert(Credential).values(
        user_id=user_id, password_hash=password_hash, changed_at=func.now()
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Credential.user_id],
            set_={
                "password_hash": statement.excluded.password_hash,
                "changed_at": statement.excluded.changed_at,
            },
        )
    )


async def forget_old_attempts(session: AsyncSession) -> None:
    """Delete attempts that no longer count."""
    await session.execute(
        delete(LoginAttempt).where(LoginAttempt.at < func.now() - 2 * ATTEMPTS_WINDOW)
    )


async def announce(session: AsyncSession, user: User, fact: str, now: datetime) -> None:
    """Append the event that tells of a changed account."""
    await outbox.append(
        session,
        Event(
            id=uuid7(),
            type=fact,
            aggregate_id=user.id,
            aggregate_version=user.version,
            occurred_at=now,
            data=user.snapshot().to_data(),
        ),
    )
