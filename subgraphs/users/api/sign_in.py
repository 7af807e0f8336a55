"""Signing up, in and out: short units of work, with the hashing between them."""

import asyncio

import strawberry

from shared.graphql import Unauthenticated
from shared.ids import parse_id
from subgraphs.users import service, sessions
from subgraphs.users.api.context import Info, UsersContext
from subgraphs.users.api.types import (
    RevokeSessionResult,
    SignedIn,
    SignedOut,
    SignInResult,
    SignOutResult,
    SignUpResult,
    problem,
)
from subgraphs.users.details import Login, Registration, clean_login, clean_registration
from subgraphs.users.errors import (
    DomainError,
    EmailTaken,
    InvalidCredentials,
    Overloaded,
    SessionNotFound,
    TooManyAttempts,
)
from subgraphs.users.passwords import Verdict

UNSETTLED_WAIT_SECONDS = 3.0
UNSETTLED_POLL_SECONDS = 0.1


@strawberry.input
class SignUpInput:
    email: str
    password: str = strawberry.field(description="8 to 256 characters.")
    name: str


@strawberry.input
class SignInInput:
    email: str
    password: str


@strawberry.type
class SignInMutation:
    @strawberry.mutation(description="Make an account and sign in to it.")
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpResult:  # noqa: A002
        given = Registration(email=input.email, name=input.name, password=input.password)
        try:
            return await _sign_up(info.context, clean_registration(given))
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(
        description="Sign in. The sixth try within 15 minutes of five failed ones is refused."
    )
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:  # noqa: A002
        given = Login(email=input.email, password=input.password)
        try:
            return await _sign_in(info.context, clean_login(given))
        except DomainError as error:
            return problem(error)

    @strawberry.mutation(description="End this session, or all of one's sessions.")
    async def sign_out(self, info: Info, everywhere: bool = False) -> SignOutResult:
        user_id, session_id = info.context.identity.user_id, info.context.identity.session_id
        if user_id is None or session_id is None:
            info.context.clear_session_cookie()
            return Unauthenticated()
        async with info.context.database.transaction() as session:
            revoked = await sessions.revoke(
                session, user_id, only=None if everywhere else session_id
            )
        info.context.clear_session_cookie()
        return SignedOut(revoked=revoked)

    @strawberry.mutation(description="End one of one's sessions, wherever it is.")
    async def revoke_session(self, info: Info, id: strawberry.ID) -> RevokeSessionResult:  # noqa: A002
        user_id, session_id = info.context.user_id, parse_id(id)
        if user_id is None:
            return Unauthenticated()
        revoked = 0
        if session_id is not None:
            async with info.context.database.transaction() as session:
                revoked = await sessions.revoke(session, user_id, only=session_id)
        if not revoked:
            return problem(SessionNotFound(id))
        return SignedOut(revoked=revoked)


async def _sign_up(context: UsersContext, new: Registration) -> SignedIn:
    async with context.database.reading() as reading:
        if not await service.address_is_free(reading, new.email):
            raise EmailTaken(new.email)
    hashed = await context.passwords.hash(new.password)
    async with context.database.transaction() as session:
        account = service.NewAccount(email=new.email, name=new.name, password_hash=hashed)
        user = await service.register(session, account)
        opened = await sessions.open_session(session, user.id, context.device)
    context.set_session_cookie(opened.token)
    return SignedIn.of(user, opened)


async def _sign_in(context: UsersContext, login: Login) -> SignedIn:
    admission, verdict = await check_password(context, login.email, login.password)
    new_hash = await context.passwords.hash(login.password) if verdict.outdated else None
    async with context.database.transaction() as session:
        user = await service.accept(session, login.email, admission, new_hash)
        opened = await sessions.open_session(session, user.id, context.device)
    context.set_session_cookie(opened.token)
    return SignedIn.of(user, opened)


async def check_password(
    context: UsersContext, email: str, password: str
) -> tuple[service.Admission, Verdict]:
    """Whose account it is, if the password fits; every try counts until `service.accept`.

    Raises InvalidCredentials, TooManyAttempts, Overloaded.
    """
    admission = await _admit(context, email)
    try:
        verdict = await context.passwords.verify(admission.password_hash, password)
    except Overloaded:
        async with context.database.transaction() as session:
            await service.forget(session, admission)
        raise
    if not verdict.fits:
        async with context.database.transaction() as session:
            await service.reject(session, admission)
        raise InvalidCredentials
    return admission, verdict


async def _admit(context: UsersContext, email: str) -> service.Admission:
    """Wait for a moment when it is only tries still being checked that stand in the way."""
    deadline = asyncio.get_running_loop().time() + UNSETTLED_WAIT_SECONDS
    while True:
        try:
            async with context.database.transaction() as session:
                return await service.admit(session, email)
        except TooManyAttempts as error:
            if error.settled or asyncio.get_running_loop().time() >= deadline:
                raise
        await asyncio.sleep(UNSETTLED_POLL_SECONDS)
