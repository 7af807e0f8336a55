"""What the users service tells the others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.codec import Snapshot

USER_REGISTERED = "users.user.registered"
USER_UPDATED = "users.user.updated"
SESSION_REVOKED = "users.session.revoked"


@dataclass(frozen=True, slots=True)
class UserSnapshot(Snapshot):
    """A user's account; never a credential."""

    id: UUID
    version: int
    email: str
    name: str
    created_at: datetime
    email_verified: bool = False


@dataclass(frozen=True, slots=True)
class SessionRevokedData(Snapshot):
    """A session that no longer counts: its sockets are to be closed."""

    session_id: UUID
    user_id: UUID
    revoked_at: datetime
