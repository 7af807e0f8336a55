"""The users subgraph's types: domain values in, what the graph shows out. Never a hash."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry
from strawberry import federation

from shared.graphql import (
    FieldProblem,
    NotFound,
    Problem,
    RateLimited,
    Unauthenticated,
    ValidationFailed,
)
from shared.ids import parse_id
from subgraphs.users import errors, models
from subgraphs.users.api.context import Info
from subgraphs.users.loaders import load_users
from subgraphs.users.profile import has_password
from subgraphs.users.sessions import OpenedSession, live_sessions


@federation.type(keys=["id"], description="Somebody with an account.")
class User:
    id: strawberry.ID
    name: str
    created_at: datetime
    private_email: strawberry.Private[str]
    private_email_verified: strawberry.Private[bool]
    just_signed_in: strawberry.Private[bool] = False

    @strawberry.field(description="Shown to nobody but this person.")
    def email(self, info: Info) -> str | None:
        return self.private_email if self._is_self(info) else None

    @strawberry.field(description="Whether the address was proved; shown to nobody else.")
    def email_verified(self, info: Info) -> bool | None:
        return self.private_email_verified if self._is_self(info) else None

    @strawberry.field(
        description="Whether there is a password to sign in with (else a reset mail sets one); "
        "shown to nobody else."
    )
    async def has_password(self, info: Info) -> bool | None:
        user_id = info.context.user_id
        if user_id is None or self.id != str(user_id):
            return None
        async with info.context.database.reading() as reading:
            return await has_password(reading, user_id)

    @strawberry.field(
        description="Where this person is signed in, last used first; shown to nobody else."
    )
    async def sessions(self, info: Info) -> list["Session"] | None:
        identity = info.context.identity
        if identity.user_id is None or self.id != str(identity.user_id):
            return None
        async with info.context.database.reading() as reading:
            found = await live_sessions(reading, identity.user_id)
        return [Session.of(each, identity.session_id) for each in found]

    @classmethod
    def of(cls, user: models.User, *, just_signed_in: bool = False) -> Self:
        """The graph's view of the aggregate.

        Who has `just_signed_in` is not known to the request yet, but sees what is theirs.
        """
        return cls(
            id=strawberry.ID(str(user.id)),
            name=user.name,
            created_at=user.created_at,
            private_email=user.email,
            private_email_verified=user.email_verified_at is not None,
            just_signed_in=just_signed_in,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, **_: Any) -> Self | None:  # noqa: A002
        user_id = parse_id(id)
        return None if user_id is None else await cls.find(info, user_id)

    @classmethod
    async def find(cls, info: Info, user_id: UUID) -> Self | None:
        """The user of an id, loaded together with all others of the request."""
        found = await info.context.loader(load_users).load(user_id)
        return None if found is None else cls.of(found)

    def _is_self(self, info: Info) -> bool:
        return self.just_signed_in or self.id == str(info.context.user_id)


@strawberry.type(description="A device on which one is signed in.")
class Session:
    id: strawberry.ID
    device: str = strawberry.field(description="What its browser calls itself; may be empty.")
    created_at: datetime
    last_used_at: datetime = strawberry.field(description="Exact to a minute.")
    expires_at: datetime
    current: bool = strawberry.field(description="Whether it is the one that asks.")

    @classmethod
    def of(cls, session: models.Session, current_id: UUID | None) -> Self:
        """The graph's view of a session; never its token."""
        return cls(
            id=strawberry.ID(str(session.id)),
            device=session.device,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            current=session.id == current_id,
        )


@strawberry.type(description="A new session. Browsers get it as a cookie; others send the token.")
class SignedIn:
    user: User
    session_token: str = strawberry.field(
        description="For API clients: `Authorization: Bearer …`. Shown this once."
    )
    expires_at: datetime

    @classmethod
    def of(cls, user: models.User, opened: OpenedSession) -> Self:
        """The answer that carries the session's token, the only one ever."""
        return cls(
            user=User.of(user, just_signed_in=True),
            session_token=opened.token,
            expires_at=opened.session.expires_at,
        )


@strawberry.type(description="How many sessions ended.")
class SignedOut:
    revoked: int


@strawberry.type(description="An account has this e-mail address already.")
class EmailTaken(Problem):
    pass


@strawberry.type(description="Unknown address or wrong password; which of them is not said.")
class InvalidCredentials(Problem):
    pass


@strawberry.type(description="A mail is on its way, if there is anybody to write to.")
class MailSent:
    to: str


@strawberry.type(description="The address needs no proof any more.")
class AlreadyVerified(Problem):
    pass


@strawberry.type(description="The link was used before, has expired, or never was one.")
class InvalidToken(Problem):
    pass


@strawberry.type
class EmailVerified:
    user: User


@strawberry.type(description="The new password counts; this many other sessions ended.")
class PasswordChanged:
    revoked: int


SignUpResult = Annotated[
    SignedIn | ValidationFailed | EmailTaken | RateLimited,
    strawberry.union("SignUpResult"),
]
SignInResult = Annotated[
    SignedIn | InvalidCredentials | ValidationFailed | RateLimited,
    strawberry.union("SignInResult"),
]
SignOutResult = Annotated[SignedOut | Unauthenticated, strawberry.union("SignOutResult")]
RevokeSessionResult = Annotated[
    SignedOut | NotFound | Unauthenticated, strawberry.union("RevokeSessionResult")
]
UpdateProfileResult = Annotated[
    User | ValidationFailed | Unauthenticated, strawberry.union("UpdateProfileResult")
]
RequestEmailVerificationResult = Annotated[
    MailSent | AlreadyVerified | EmailTaken | ValidationFailed | RateLimited | Unauthenticated,
    strawberry.union("RequestEmailVerificationResult"),
]
VerifyEmailResult = Annotated[
    EmailVerified | InvalidToken | EmailTaken, strawberry.union("VerifyEmailResult")
]
ChangePasswordResult = Annotated[
    PasswordChanged | InvalidCredentials | ValidationFailed | RateLimited | Unauthenticated,
    strawberry.union("ChangePasswordResult"),
]
RequestPasswordResetResult = Annotated[
    MailSent | ValidationFailed | RateLimited, strawberry.union("RequestPasswordResetResult")
]
ResetPasswordResult = Annotated[
    SignedIn | InvalidToken | ValidationFailed | RateLimited,
    strawberry.union("ResetPasswordResult"),
]


def problem(error: errors.DomainError) -> Any:
    """The union member that tells the client of a refusal; re-raises what it does not know.

    `Any`: which members a field may answer is checked by the schema, not by the type checker.
    """
    match error:
        case errors.InvalidInput(fields=fields):
            return ValidationFailed(
                message=str(error),
                fields=[FieldProblem(field=each.field, message=each.message) for each in fields],
            )
        case errors.EmailTaken():
            return EmailTaken(code=error.code, message=str(error))
        case errors.InvalidCredentials():
            return InvalidCredentials(code=error.code, message=str(error))
        case errors.AlreadyVerified():
            return AlreadyVerified(code=error.code, message=str(error))
        case errors.InvalidMailToken():
            return InvalidToken(code=error.code, message=str(error))
        case errors.SessionNotFound():
            return NotFound(message=str(error))
        case errors.TooManyAttempts() | errors.TooManyMails() | errors.Overloaded():
            return RateLimited(message=str(error), retry_after=error.retry_after_seconds)
        case errors.NotSignedIn():
            return Unauthenticated(message=str(error))
    raise error
