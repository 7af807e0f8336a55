"""What the links in mails do, and how one asks for them without being signed in."""

import strawberry

from subgraphs.users import mail, profile, sessions
from subgraphs.users.api.context import Info
from subgraphs.users.api.types import (
    EmailVerified,
    MailSent,
    RequestPasswordResetResult,
    ResetPasswordResult,
    SignedIn,
    User,
    VerifyEmailResult,
    problem,
)
from subgraphs.users.details import clean_email, clean_password
from subgraphs.users.errors import DomainError
from subgraphs.users.models import MailPurpose


@strawberry.type
class RecoveryMutation:
    @strawberry.mutation(description="Follow the link of a mail that proves an address.")
    async def verify_email(self, info: Info, token: str) -> VerifyEmailResult:
        try:
            async with info.context.database.transaction() as session:
                return EmailVerified(user=User.of(await profile.verify_email(session, token)))
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(
        description="Have a link mailed by which to choose a new password, if the address has "
        "an account; the answer is the same if it has none."
    )
    async def request_password_reset(self, info: Info, email: str) -> RequestPasswordResetResult:
        try:
            address = clean_email(email)
            async with info.context.database.transaction() as session:
                await profile.request_reset(session, address)
        except DomainError as error:
            return problem(error)
        return MailSent(to=address)

    @strawberry.mutation(
        description="Follow the link of a reset mail: all sessions end, a new one begins."
    )
    async def reset_password(self, info: Info, token: str, password: str) -> ResetPasswordResult:
        context = info.context
        try:
            new = clean_password(password)
            async with context.database.reading() as reading:
                await mail.require_good(reading, MailPurpose.RESET_PASSWORD, token)
            hashed = await context.passwords.hash(new)
            async with context.database.transaction() as session:
                user = await profile.reset_password(session, token, hashed)
                opened = await sessions.open_session(session, user.id, context.device)
        except DomainError as error:
            return problem(error)
        context.set_session_cookie(opened.token)
        return SignedIn.of(user, opened)
