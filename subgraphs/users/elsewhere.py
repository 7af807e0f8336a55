"""The use cases of signing in elsewhere: a flow that comes back once, an account that is linked.

None of them commits, and none of them talks to the provider.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import database_now
from shared.text import clean_text, text_problem
from subgraphs.users.details import NAME_MAXIMUM, clean_email
from subgraphs.users.errors import EmailTaken, InvalidInput, OpenIdRefused
from subgraphs.users.models import OpenIdFlow, OpenIdIdentity, User
from subgraphs.users.service import NewAccount, register, user_by_email
from subgraphs.users.tokens import digest, new_token

if TYPE_CHECKING:
    from subgraphs.users.oidc import OpenIdProfile, Started

FLOW_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Flow:
    """What was remembered of a sign-in that came back."""

    provider: str
    nonce: str
    code_verifier: str


async def remember_flow(session: AsyncSession, provider: str, started: "Started") -> str:
    """Keep what finishing needs; the secret by which the same browser finishes it."""
    secret = new_token()
    session.add(
        OpenIdFlow(
            flow_hash=digest(secret),
            provider=provider,
            state_hash=digest(started.state),
            nonce=started.nonce,
            code_verifier=started.code_verifier,
            expires_at=await database_now(session) + FLOW_LIFETIME,
        )
    )
    return secret


async def take_flow(session: AsyncSession, secret: str, state: str) -> Flow:
    """Use a flow up. Raises OpenIdRefused if it is unknown, used, too old, or not this state's.

    The secret never left the browser and the state went through the provider: having both is
    what keeps anybody from finishing a sign-in that they did not begin.
    """
    found = await session.execute(
        delete(OpenIdFlow)
        .where(
            OpenIdFlow.flow_hash == digest(secret),
            OpenIdFlow.state_hash == digest(state),
            OpenIdFlow.expires_at > func.now(),
        )
        .returning(OpenIdFlow.provider, OpenIdFlow.nonce, OpenIdFlow.code_verifier)
    )
    flow = found.one_or_none()
    if flow is None:
        raise OpenIdRefused("the flow is unknown, used, too old, or of another state")
    return Flow(*flow)


async def account_of(session: AsyncSession, profile: "OpenIdProfile") -> User:
    """The account that this provider's user signs in to: linked before, linked now, or new.

    Accounts are linked on an e-mail address that both sides have proved. If ours has not, it
    may be somebody else's who signed up with that address first: EmailTaken. Raises
    OpenIdRefused when the provider has no proved address.
    """
    linked = await _linked(session, profile)
    if linked is not None:
        return linked
    if profile.email is None or not profile.email_verified:
        raise OpenIdRefused("the provider has no verified e-mail address")
    try:
        email = clean_email(profile.email)
    except InvalidInput as error:
        raise OpenIdRefused(f"the provider's e-mail address is unusable: {error}") from error
    user = await user_by_email(session, email)
    if user is not None and user.email_verified_at is None:
        raise EmailTaken(email)
    if user is None:
        account = NewAccount(email, _name(profile, email), None, email_verified=True)
        user = await register(session, account)
    return await _link(session, profile, user.id)


async def forget_old_flows(session: AsyncSession) -> None:
    """Delete flows that never came back."""
    await session.execute(delete(OpenIdFlow).where(OpenIdFlow.expires_at < func.now()))


async def _linked(session: AsyncSession, profile: "OpenIdProfile") -> User | None:
    found: User | None = await session.scalar(
        select(User)
        .join(OpenIdIdentity, OpenIdIdentity.user_id == User.id)
        .where(OpenIdIdentity.issuer == profile.issuer, OpenIdIdentity.subject == profile.subject)
    )
    return found


async def _link(session: AsyncSession, profile: "OpenIdProfile", user_id: UUID) -> User:
    """The account that the identity belongs to: this one, or a parallel sign-in's."""
    await session.execute(
        insert(OpenIdIdentity)
        .values(
            issuer=profile.issuer,
            subject=profile.subject,
            user_id=user_id,
            linked_at=func.now(),
        )
        .on_conflict_do_nothing()
    )
    linked = await _linked(session, profile)
    if linked is None:
        raise OpenIdRefused("the account is gone")
    return linked


def _name(profile: "OpenIdProfile", email: str) -> str:
    """The provider's name for the person if it will do, else what stands before the @."""
    name = clean_text(profile.name or "")[:NAME_MAXIMUM]
    return email.partition("@")[0] if text_problem(name, 1, NAME_MAXIMUM) else name
