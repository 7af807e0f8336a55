"""The aggregates of the users service: commands in; changed state and a fact out. No I/O."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, Index, LargeBinary, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.users import USER_UPDATED, SessionRevokedData, UserSnapshot
from shared.db import ModelBase
from shared.ids import uuid7
from shared.inbox import inbox_table
from shared.outbox import outbox_table

SESSION_IDLE = timedelta(hours=12)
SESSION_LIFETIME = timedelta(days=30)


class Base(ModelBase):
    """The tables of the users database."""


outbox_table(Base.metadata)
inbox_table(Base.metadata)


class User(Base):
    """A person with an account; `email` is unique whatever its case."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    email: Mapped[str] = mapped_column(Text)
    email_verified_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012
    __table_args__ = (Index("uq_users_email", func.lower(text("email")), unique=True),)

    def rename(self, name: str, now: datetime) -> str | None:
        """Take a clean name; None when it is the same."""
        if name == self.name:
            return None
        self.name = name
        return self._touched(now)

    def verify_email(self, now: datetime) -> str | None:
        """Note that the address was proved to be this person's; None when it was before."""
        if self.email_verified_at is not None:
            return None
        self.email_verified_at = now
        return self._touched(now)

    def change_email(self, email: str, now: datetime) -> str | None:
        """Take a clean, proved address; None when it is the same and proved already."""
        if email == self.email:
            return self.verify_email(now)
        self.email = email
        self.email_verified_at = now
        return self._touched(now)

    def snapshot(self) -> UserSnapshot:
        """The account as other services hear of it; never a credential."""
        return UserSnapshot(
            id=self.id,
            version=self.version,
            email=self.email,
            name=self.name,
            created_at=self.created_at,
            email_verified=self.email_verified_at is not None,
        )

    def _touched(self, now: datetime) -> str:
        self.version += 1
        self.updated_at = now
        return USER_UPDATED


class Credential(Base):
    """A user's password, as argon2id hash; who signs in by OpenID alone has none."""

    __tablename__ = "credentials"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    password_hash: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]

    def __repr__(self) -> str:
        return f"<Credential of {self.user_id}>"


class Session(Base):
    """A signed-in device, until idle for SESSION_IDLE, SESSION_LIFETIME old, or revoked."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (
        Index("ix_sessions_user", "user_id", postgresql_where=text("revoked_at IS NULL")),
        Index("ix_sessions_revoked", "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),
        Index("ix_sessions_expires", "expires_at"),
    )

    @classmethod
    def open(cls, user_id: UUID, token_hash: bytes, device: str, now: datetime) -> Self:
        """A session that starts now; `device` is what its browser calls itself."""
        return cls(
            id=uuid7(),
            user_id=user_id,
            token_hash=token_hash,
            created_at=now,
            last_used_at=now,
            expires_at=now + SESSION_LIFETIME,
            device=device,
        )

    def revoked(self, now: datetime) -> SessionRevokedData:
        """What the others hear when it was revoked at `now`."""
        return SessionRevokedData(session_id=self.id, user_id=self.user_id, revoked_at=now)


class MailPurpose(StrEnum):
    """Why a mail is written."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105  # the name of a purpose


class Mail(Base):
    """A mail somebody asked for; sent by the worker, which makes its token only then.

    `user_id` is None for a reset, so that asking for one reveals nothing: whether the address
    has an account is looked up when it is sent. `subject` and `body` are kept only in a local
    mailbox, in place of sending.
    """

    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[MailPurpose] = mapped_column(Enum(MailPurpose, native_enum=False, length=32))
    email: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    requested_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int]
    settled_at: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_mails_due", "next_attempt_at", postgresql_where=text("settled_at IS NULL")),
        Index("ix_mails_email", func.lower(text("email")), "requested_at"),
    )


class MailToken(Base):
    """The hash of a token that was mailed: good once, for one purpose, until it expires."""

    __tablename__ = "mail_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[MailPurpose] = mapped_column(Enum(MailPurpose, native_enum=False, length=32))
    email: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_mail_tokens_user", "user_id", "purpose"),)


class OpenIdIdentity(Base):
    """An account at an OpenID provider that signs in to one of ours."""

    __tablename__ = "openid_identities"

    issuer: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    linked_at: Mapped[datetime]

    __table_args__ = (Index("ix_openid_identities_user", "user_id"),)


class OpenIdFlow(Base):
    """A sign-in that was sent to a provider and is to come back once, to the same browser."""

    __tablename__ = "openid_flows"

    flow_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    state_hash: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str] = mapped_column(Text)
    code_verifier: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]


class LoginAttempt(Base):
    """One try to sign in to an address: being checked, or failed. Success deletes its address's."""

    __tablename__ = "login_attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    failed: Mapped[bool]

    __table_args__ = (Index("ix_login_attempts_email", "email", "at"),)


class SigningKey(Base):
    """An Ed25519 key: published from `created_at`, signs from `active_at` until the next one."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]

    def __repr__(self) -> str:
        return f"<SigningKey {self.kid}>"
