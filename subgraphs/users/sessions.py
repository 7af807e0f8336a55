"""Sessions: opened with a token that only its holder knows, exchanged, revoked.

`exchange` is the heart of the phantom-token pattern: an opaque token in, whom it speaks for
out. Revoking announces itself twice, in the transaction that revokes: as an event for the
other services, and by NOTIFY for the revocation feed, which must be there within two seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import live, outbox
from shared.contracts.events import Event
from shared.contracts.users import SESSION_REVOKED
from shared.db import Database, database_now
from shared.ids import uuid7
from subgraphs.users.models import SESSION_IDLE, Session
from subgraphs.users.tokens import Claims, digest, new_token

REVOCATIONS_TOPIC = "revocations"
USE_NOTED_EVERY = timedelta(minutes=1)
"""`last_used_at` is exact to this, so that a read rarely writes."""
ENDED_SESSIONS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session and its token, which is nowhere else to be had."""

    session: Session
    token: str

    def __repr__(self) -> str:
        return f"<OpenedSession {self.session.id}>"


async def open_session(session: AsyncSession, user_id: UUID, device: str) -> OpenedSession:
    """Sign a user in on a device; `device` is shown in the list of sessions."""
    token = new_token()
    opened = Session.open(user_id, digest(token), device[:200], await database_now(session))
    session.add(opened)
    return OpenedSession(opened, token)


async def exchange(database: Database, token: str | None) -> Claims:
    """Whom an opaque token speaks for; nobody when it is unknown, ended or revoked.

    Notes the use at most once per USE_NOTED_EVERY, which is what keeps a session from idling
    out; no transaction is opened otherwise.
    """
    if token is None:
        return Claims()
    statement = select(
        Session.id, Session.user_id, Session.last_used_at < func.now() - USE_NOTED_EVERY
    ).where(Session.token_hash == digest(token), is_live())
    async with database.reading() as reading:
        found = (await reading.execute(statement)).one_or_none()
    if found is None:
        return Claims()
    session_id, user_id, is_note_due = found
    if is_note_due:
        async with database.transaction() as session:
            await session.execute(
                update(Session).where(Session.id == session_id).values(last_used_at=func.now())
            )
    return Claims(user_id, session_id)


async def revoke(
    session: AsyncSession, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End a user's sessions: all, `only` that one, or all `but` that one; how many ended."""
    conditions = [Session.user_id == user_id, is_live()]
    if only is not None:
        conditions.append(Session.id == only)
    if but is not None:
        conditions.append(Session.id != but)
    revoked = (
        await session.scalars(
            update(Session).where(*conditions).values(revoked_at=func.now()).returning(Session)
        )
    ).all()
    now = await database_now(session)
    for each in revoked:
        await _announce(session, each, now)
    return len(revoked)


async def live_sessions(session: AsyncSession, user_id: UUID) -> Sequence[Session]:
    """Where a user is signed in, last used first."""
    statement = select(Session).where(Session.user_id == user_id, is_live())
    return (await session.scalars(statement.order_by(Session.last_used_at.desc()))).all()


async def revoked_since(session: AsyncSession, age: timedelta) -> Sequence[UUID]:
    """Sessions revoked within `age`, for a feed that was away."""
    statement = select(Session.id).where(Session.revoked_at > func.now() - age)
    return (await session.scalars(statement)).all()


async def forget_ended(session: AsyncSession) -> None:
    """Delete sessions that ended ENDED_SESSIONS_KEPT ago."""
    horizon = func.now() - ENDED_SESSIONS_KEPT
    await session.execute(
        delete(Session).where(or_(Session.expires_at < horizon, Session.revoked_at < horizon))
    )


def is_live() -> ColumnElement[bool]:
    """Not revoked, not idle for too long, not too old; by the database's clock."""
    return and_(
        Session.revoked_at.is_(None),
        Session.expires_at > func.now(),
        Session.last_used_at > func.now() - SESSION_IDLE,
    )


async def _announce(session: AsyncSession, revoked: Session, now: datetime) -> None:
    await live.notify(session, REVOCATIONS_TOPIC, str(revoked.id))
    await outbox.append(
        session,
        Event(
            id=uuid7(),
            type=SESSION_REVOKED,
            aggregate_id=revoked.id,
            aggregate_version=1,
            occurred_at=now,
            data=revoked.revoked(now).to_data(),
        ),
    )
