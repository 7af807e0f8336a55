"""Fills an empty product with the demo, through the graph as any client would.

Repeating it adds nothing: accounts are known by address, tickets by idempotency key.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.local.catalogue import BUYER, DEMO_PASSWORD, SELLER, TICKETS, DemoAccount, DemoTicket
from deploy.local.errors import StartFailed

_SIGN_UP = """
mutation SeedSignUp($input: SignUpInput!) {
  signUp(input: $input) { __typename ... on SignedIn { sessionToken } ... on Problem { message } }
}
"""
_SIGN_IN = """
mutation SeedSignIn($input: SignInInput!) {
  signIn(input: $input) { __typename ... on SignedIn { sessionToken } ... on Problem { message } }
}
"""
_CREATE_TICKET = """
mutation SeedTicket($input: CreateTicketInput!, $key: ID!) {
  createTicket(input: $input, idempotencyKey: $key) {
    __typename
    ... on Ticket { id }
    ... on Problem { message }
  }
}
"""
_DONE = {"Ticket", "IdempotencyConflict"}  # the latter: seeded before, on another day


async def seed(gateway_url: str, now: datetime) -> None:
    """Make the demo accounts and tickets that are missing; raises StartFailed."""
    async with httpx.AsyncClient(base_url=gateway_url, timeout=20, trust_env=False) as client:
        await _sign_in(client, BUYER)
        client.headers["Authorization"] = f"Bearer {await _sign_in(client, SELLER)}"
        for ticket in TICKETS:
            variables = {"input": _input(ticket, now), "key": f"demo-{ticket.key}"}
            made = await _ask(client, _CREATE_TICKET, variables, "createTicket")
            if made["__typename"] not in _DONE:
                raise StartFailed(f"the demo ticket {ticket.key} was refused: {made}")


async def _sign_in(client: httpx.AsyncClient, account: DemoAccount) -> str:
    """The account's session token; the account is made when there is none."""
    known = {"email": account.email, "password": DEMO_PASSWORD}
    answer = await _ask(client, _SIGN_UP, {"input": {**known, "name": account.name}}, "signUp")
    if answer["__typename"] == "EmailTaken":
        answer = await _ask(client, _SIGN_IN, {"input": known}, "signIn")
    if answer["__typename"] != "SignedIn":
        raise StartFailed(f"the demo account {account.email} cannot sign in: {answer}")
    return str(answer["sessionToken"])


def _input(ticket: DemoTicket, now: datetime) -> dict[str, Any]:
    day = (now.astimezone(UTC) + timedelta(days=ticket.days)).date()
    starts_at = datetime(day.year, day.month, day.day, ticket.hour, tzinfo=UTC)
    return {
        "title": ticket.title,
        "description": ticket.description,
        "venue": ticket.venue,
        "startsAt": starts_at.isoformat(),
        "timeZone": ticket.time_zone,
        "price": {"amount": str(ticket.price_minor), "currency": ticket.currency},
        "quantity": ticket.quantity,
    }


async def _ask(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any], field: str
) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    try:
        answer = (await client.post("/graphql", json=body)).json()
    except (httpx.HTTPError, ValueError) as error:
        raise StartFailed(f"the gateway did not answer the demo's {field}: {error}") from error
    data = answer.get("data") or {}
    if answer.get("errors") or not data.get(field):
        raise StartFailed(f"the demo's {field} failed: {answer.get('errors')}")
    result: dict[str, Any] = data[field]
    return result
