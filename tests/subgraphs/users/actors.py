"""What people do with the users service, as a gateway passes it on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from shared.db import Database
from tests.subgraphs.kit import Answer, GraphQLClient

SIGNED_IN = """
fragment Result on Problem {
  __typename code message
  ... on ValidationFailed { fields { field message } }
  ... on RateLimited { retryAfter }
}
fragment Session on SignedIn {
  __typename sessionToken expiresAt user { id name email createdAt }
}
"""
SIGN_UP = (
    SIGNED_IN + "mutation ($input: SignUpInput!) { signUp(input: $input) {...Session ...Result} }"
)
SIGN_IN = (
    SIGNED_IN + "mutation ($input: SignInInput!) { signIn(input: $input) {...Session ...Result} }"
)
SIGN_OUT = """
mutation ($everywhere: Boolean! = false) {
  signOut(everywhere: $everywhere) { __typename ... on SignedOut { revoked } }
}"""
ME = "{ me { id name email createdAt } }"

PASSWORD = "correct horse"


def somebody(**changes: str) -> dict[str, str]:
    """A valid SignUpInput, with `changes`."""
    return {"email": "ann@example.com", "password": PASSWORD, "name": "Ann", **changes}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: what its gateway would send on its behalf."""

    service: GraphQLClient
    session_token: str | None = None

    async def exchange(self) -> dict[str, Any]:
        """What the gateway gets for this visitor's session token."""
        token = self.session_token
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        response = await self.service.http.post(
            f"{self.service.url}/internal/token", headers=headers
        )
        assert response.status_code == 200, response.text
        exchanged: dict[str, Any] = response.json()
        return exchanged

    async def send(self, query: str, **variables: Any) -> Answer:
        """Any operation, with a fresh service token."""
        return await self.service.send(query, (await self.exchange())["accessToken"], variables)

    async def sign_up(self, **changes: str) -> dict[str, Any]:
        """`signUp`."""
        return _object(await self.send(SIGN_UP, input=somebody(**changes)), "signUp")

    async def sign_in(
        self, email: str = "ann@example.com", password: str = PASSWORD
    ) -> dict[str, Any]:
        """`signIn`."""
        answer = await self.send(SIGN_IN, input={"email": email, "password": password})
        return _object(answer, "signIn")

    async def sign_out(self, everywhere: bool = False) -> dict[str, Any]:
        """`signOut`."""
        return _object(await self.send(SIGN_OUT, everywhere=everywhere), "signOut")

    async def me(self) -> dict[str, Any] | None:
        """`me`."""
        found: dict[str, Any] | None = (await self.send(ME)).data["me"]
        return found

    def holding(self, signed_in: Mapping[str, Any]) -> "Visitor":
        """The same browser, with the session that it was given."""
        return replace(self, session_token=signed_in["sessionToken"])

    async def signed_up(self, **changes: str) -> "Visitor":
        """This visitor with a new account's session."""
        return self.holding(await self.sign_up(**changes))

    async def signed_in(self, email: str = "ann@example.com") -> "Visitor":
        """This visitor with one more session."""
        return self.holding(await self.sign_in(email))


def problem_fields(result: Mapping[str, Any]) -> set[str]:
    """Which fields a ValidationFailed names."""
    assert result["__typename"] == "ValidationFailed", result
    return {field["field"] for field in result["fields"]}


async def events(database: Database, kind: str = "%") -> Sequence[Mapping[str, Any]]:
    """All events of the outbox whose type is like `kind`, oldest first."""
    statement = text("SELECT event FROM outbox WHERE type LIKE :kind ORDER BY id")
    async with database.reading() as session:
        return list(await session.scalars(statement, {"kind": kind}))


async def column(database: Database, query: str) -> Sequence[Any]:
    """The first column of a query's rows."""
    async with database.reading() as session:
        return list(await session.scalars(text(query)))


async def run(database: Database, statement: str) -> None:
    """Change the database behind the service's back, such as moving time."""
    async with database.transaction() as session:
        await session.execute(text(statement))


def _object(answer: Answer, field: str) -> dict[str, Any]:
    value: dict[str, Any] = answer.data[field]
    return value
