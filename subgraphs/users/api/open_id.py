"""Signing in at an OpenID provider: begin here, go there, finish here."""

import logging
from typing import Annotated

import strawberry

from shared.graphql import NotFound, Problem
from subgraphs.users import elsewhere, sessions
from subgraphs.users.api.context import Info, UsersContext
from subgraphs.users.api.types import EmailTaken, SignedIn, problem
from subgraphs.users.errors import DomainError
from subgraphs.users.errors import OpenIdRefused as Refused
from subgraphs.users.oidc import Returned

logger = logging.getLogger(__name__)


@strawberry.type(description="Where else one may sign in.")
class OpenIdProvider:
    id: strawberry.ID
    name: str


@strawberry.type(description="Go to `authorizationUrl`; keep `flow` in this browser for finishing.")
class OpenIdRedirect:
    authorization_url: str
    flow: str


@strawberry.type(description="The provider, or what it sent, does not prove who this is.")
class OpenIdRefused(Problem):
    pass


@strawberry.input(description="What the provider appended to the redirect URI, and the flow.")
class FinishOpenIdSignInInput:
    flow: str
    state: str
    code: str
    iss: str | None = None


BeginOpenIdSignInResult = Annotated[
    OpenIdRedirect | NotFound | OpenIdRefused, strawberry.union("BeginOpenIdSignInResult")
]
FinishOpenIdSignInResult = Annotated[
    SignedIn | OpenIdRefused | EmailTaken, strawberry.union("FinishOpenIdSignInResult")
]


@strawberry.type
class OpenIdQuery:
    @strawberry.field(description="Where else one may sign in; may be empty.")
    def open_id_providers(self, info: Info) -> list[OpenIdProvider]:
        providers = (client.provider for client in info.context.open_id.values())
        return [OpenIdProvider(id=strawberry.ID(each.id), name=each.name) for each in providers]


@strawberry.type
class OpenIdMutation:
    @strawberry.mutation(description="Begin to sign in at a provider.")
    async def begin_open_id_sign_in(
        self, info: Info, provider: strawberry.ID
    ) -> BeginOpenIdSignInResult:
        client = info.context.open_id.get(provider)
        if client is None:
            return NotFound(message=f"there is no provider {provider[:80]!r}")
        try:
            started = await client.begin()
        except Refused as error:
            return _refusal(error)
        async with info.context.database.transaction() as session:
            flow = await elsewhere.remember_flow(session, provider, started)
        return OpenIdRedirect(authorization_url=started.authorization_url, flow=flow)

    @strawberry.mutation(description="Come back from a provider; makes an account if need be.")
    async def finish_open_id_sign_in(
        self,
        info: Info,
        input: FinishOpenIdSignInInput,  # noqa: A002
    ) -> FinishOpenIdSignInResult:
        try:
            return await _finish(info.context, input)
        except Refused as error:
            return _refusal(error)
        except DomainError as error:
            return problem(error)


async def _finish(context: UsersContext, given: FinishOpenIdSignInInput) -> SignedIn:
    """The provider is asked between two units of work, after the flow was used up."""
    async with context.database.transaction() as session:
        flow = await elsewhere.take_flow(session, given.flow, given.state)
    client = context.open_id.get(flow.provider)
    if client is None:
        raise Refused(f"provider {flow.provider} is no longer offered")
    profile = await client.finish(
        Returned(given.code, flow.nonce, flow.code_verifier, issuer=given.iss)
    )
    async with context.database.transaction() as session:
        user = await elsewhere.account_of(session, profile)
        opened = await sessions.open_session(session, user.id, context.device)
    context.set_session_cookie(opened.token)
    return SignedIn.of(user, opened)


def _refusal(error: Refused) -> OpenIdRefused:
    logger.warning("sign-in elsewhere refused: %s", error.reason)
    return OpenIdRefused(code=error.code, message=str(error))
