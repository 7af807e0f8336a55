"""What somebody changes about their own account."""

import strawberry

from shared.graphql import Unauthenticated
from subgraphs.users import profile
from subgraphs.users.api.context import Info
from subgraphs.users.api.sign_in import check_password
from subgraphs.users.api.types import (
    ChangePasswordResult,
    MailSent,
    PasswordChanged,
    RequestEmailVerificationResult,
    UpdateProfileResult,
    User,
    problem,
)
from subgraphs.users.details import clean_email, clean_name, clean_password
from subgraphs.users.errors import DomainError
from subgraphs.users.service import accept


@strawberry.input
class UpdateProfileInput:
    name: str


@strawberry.input
class ChangePasswordInput:
    current: str
    new: str = strawberry.field(description="8 to 256 characters.")


@strawberry.type
class ProfileMutation:
    @strawberry.mutation(description="Change what others see of one's account.")
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> UpdateProfileResult:  # noqa: A002
        user_id = info.context.user_id
        if user_id is None:
            return Unauthenticated()
        try:
            name = clean_name(input.name)
            async with info.context.database.transaction() as session:
                return User.of(await profile.rename(session, user_id, name))
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(
        description="Have a link mailed that proves one's address, or a new one, which then "
        "replaces it."
    )
    async def request_email_verification(
        self, info: Info, email: str | None = None
    ) -> RequestEmailVerificationResult:
        user_id = info.context.user_id
        if user_id is None:
            return Unauthenticated()
        try:
            new = None if email is None else clean_email(email)
            async with info.context.database.transaction() as session:
                return MailSent(to=await profile.request_verification(session, user_id, new))
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(description="Take a new password; all other sessions end.")
    async def change_password(
        self,
        info: Info,
        input: ChangePasswordInput,  # noqa: A002
    ) -> ChangePasswordResult:
        context, identity = info.context, info.context.identity
        if identity.user_id is None or identity.session_id is None:
            return Unauthenticated()
        try:
            new = clean_password(input.new, "new")
            async with context.database.reading() as reading:
                email = await profile.email_of(reading, identity.user_id)
            admission, _ = await check_password(context, email, input.current)
            hashed = await context.passwords.hash(new)
            async with context.database.transaction() as session:
                await accept(session, email, admission)
                revoked = await profile.change_password(
                    session, identity.user_id, hashed, identity.session_id
                )
        except DomainError as error:
            return problem(error)
        return PasswordChanged(revoked=revoked)
