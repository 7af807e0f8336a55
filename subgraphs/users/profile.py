"""The use cases of somebody who has an account: name, address, password. None commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import database_now
from subgraphs.users import mail, sessions
from subgraphs.users.errors import AlreadyVerified, EmailTaken, InvalidMailToken, NotSignedIn
from subgraphs.users.models import Credential, MailPurpose, User
from subgraphs.users.service import announce, set_password, user_by_email


async def rename(session: AsyncSession, user_id: UUID, name: str) -> User:
    """Take a clean name. Raises NotSignedIn when the account is gone."""
    user = await _locked(session, user_id)
    now = await database_now(session)
    await _apply(session, user, user.rename(name, now), now)
    return user


async def request_verification(session: AsyncSession, user_id: UUID, email: str | None) -> str:
    """Have a link mailed to a new address, or to the present one; where it goes.

    The address changes when the link is followed, not before. Raises AlreadyVerified,
    EmailTaken, TooManyMails, NotSignedIn.
    """
    user = await _locked(session, user_id)
    address = user.email if email is None else email
    if address == user.email and user.email_verified_at is not None:
        raise AlreadyVerified(address)
    holder = await user_by_email(session, address)
    if holder is not None and holder.id != user.id:
        raise EmailTaken(address)
    await mail.request(session, MailPurpose.VERIFY_EMAIL, address, user.id)
    return address


async def verify_email(session: AsyncSession, token: str) -> User:
    """Follow a mailed link: the address is this person's, and becomes their address.

    Raises InvalidMailToken, and EmailTaken when somebody else took the address meanwhile.
    """
    proved = await mail.redeem(session, MailPurpose.VERIFY_EMAIL, token)
    user = await _locked(session, proved.user_id)
    now = await database_now(session)
    try:
        await _apply(session, user, user.change_email(proved.email, now), now)
    except IntegrityError as error:
        raise EmailTaken(proved.email) from error
    return user


async def email_of(session: AsyncSession, user_id: UUID) -> str:
    """A user's address. Raises NotSignedIn when the account is gone."""
    email: str | None = await session.scalar(select(User.email).where(User.id == user_id))
    if email is None:
        raise NotSignedIn
    return email


async def has_password(session: AsyncSession, user_id: UUID) -> bool:
    """Whether a user has a password, or signs in elsewhere only."""
    return await session.get(Credential, user_id) is not None


async def change_password(
    session: AsyncSession, user_id: UUID, password_hash: str, kept_session: UUID
) -> int:
    """Take a new password and end every session but `kept_session`; how many ended."""
    await set_password(session, user_id, password_hash)
    return await sessions.revoke(session, user_id, but=kept_session)


async def request_reset(session: AsyncSession, email: str) -> None:
    """Have a link mailed if the address has an account; nobody learns whether.

    Raises TooManyMails, for addresses without an account too.
    """
    await mail.request(session, MailPurpose.RESET_PASSWORD, email)


async def reset_password(session: AsyncSession, token: str, password_hash: str) -> User:
    """Follow a mailed link: take a new password and end all sessions.

    Who reads the address's mail has proved the address too. Raises InvalidMailToken, also
    for a link to an address that is no longer the account's.
    """
    proved = await mail.redeem(session, MailPurpose.RESET_PASSWORD, token)
    user = await _locked(session, proved.user_id)
    now = await database_now(session)
    if user.email != proved.email:
        raise InvalidMailToken
    await _apply(session, user, user.verify_email(now), now)
    await set_password(session, user.id, password_hash)
    await sessions.revoke(session, user.id)
    return user


async def _locked(session: AsyncSession, user_id: UUID) -> User:
    """The account, locked against other changes (FOR NO KEY UPDATE).

    Not FOR UPDATE: a sign-in holds the credential when its new session refers to the account,
    and a reset holds the account when it wants the credential.
    """
    user = await session.get(User, user_id, with_for_update={"key_share": True})
    if user is None:
        raise NotSignedIn
    return user


async def _apply(session: AsyncSession, user: User, fact: str | None, now: datetime) -> None:
    """Write a changed account and tell of it; nothing when nothing changed."""
    if fact is not None:
        await session.flush()
        await announce(session, user, fact, now)
