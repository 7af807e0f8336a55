"""What people do with the tickets service, as GraphQL operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from shared.db import Database
from tests.subgraphs.kit import Answer, GraphQLClient

TICKET = """
fragment TicketFields on Ticket {
  __typename id version title description venue startsAt timeZone quantity status
  price { amount currency } seller { id } createdAt updatedAt
}
"""
PROBLEM = """
fragment ProblemFields on Problem {
  __typename code message
  ... on ValidationFailed { fields { field message } }
}
"""
CREATE = (
    TICKET
    + PROBLEM
    + """
mutation ($input: CreateTicketInput!, $key: ID!) {
  createTicket(input: $input, idempotencyKey: $key) { ...TicketFields ...ProblemFields }
}"""
)
UPDATE = (
    TICKET
    + PROBLEM
    + """
mutation ($id: ID!, $version: Int!, $patch: TicketPatch!) {
  updateTicket(id: $id, expectedVersion: $version, patch: $patch) {
    ...TicketFields ...ProblemFields
    ... on VersionConflict { current { ...TicketFields } }
    ... on TicketReserved { reserved }
  }
}"""
)
CHANGE_STATUS = (
    TICKET
    + PROBLEM
    + """
mutation ($id: ID!) { $MUTATION(id: $id) { ...TicketFields ...ProblemFields } }"""
)
READ = TICKET + "query ($id: ID!) { ticket(id: $id) { ...TicketFields } }"
BROWSE = (
    TICKET
    + """
query ($first: Int! = 20, $after: String, $filter: TicketFilter, $sort: TicketSort) {
  tickets(first: $first, after: $after, filter: $filter, sort: $sort) {
    totalCount
    edges { cursor node { ...TicketFields } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
)
ENTITIES = (
    TICKET
    + """
query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ...TicketFields
    ... on User { id tickets { totalCount edges { node { id status } } } }
  }
}"""
)


def a_listing(**changes: Any) -> dict[str, Any]:
    """A valid CreateTicketInput, with `changes`."""
    starts_at = datetime.now(UTC) + timedelta(days=30)
    return {
        "title": "An evening of song",
        "description": "Two hours,\none interval.",
        "venue": "Concert Hall",
        "startsAt": starts_at.isoformat(),
        "timeZone": "Europe/Vienna",
        "price": {"amount": "2500", "currency": "EUR"},
        "quantity": 4,
        **changes,
    }


@dataclass(frozen=True, slots=True)
class Seller:
    """A person and their token."""

    service: GraphQLClient
    user_id: UUID
    token: str

    async def send(self, query: str, **variables: Any) -> Answer:
        """Any operation."""
        return await self.service.send(query, self.token, variables)

    async def create(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """`createTicket` with a fresh key unless one is given."""
        answer = await self.send(CREATE, input=a_listing(**changes), key=key or uuid4().hex)
        return _object(answer, "createTicket")

    async def update(self, ticket: Mapping[str, Any], **patch: Any) -> dict[str, Any]:
        """`updateTicket` on the version that `ticket` has."""
        answer = await self.send(UPDATE, id=ticket["id"], version=ticket["version"], patch=patch)
        return _object(answer, "updateTicket")

    async def change_status(self, mutation: str, ticket_id: str) -> dict[str, Any]:
        """`pauseTicket`, `resumeTicket` or `withdrawTicket`."""
        return _object(
            await self.send(CHANGE_STATUS.replace("$MUTATION", mutation), id=ticket_id), mutation
        )

    async def read(self, ticket_id: str) -> dict[str, Any] | None:
        """`ticket`."""
        found: dict[str, Any] | None = (await self.send(READ, id=ticket_id)).data["ticket"]
        return found

    async def browse(self, **variables: Any) -> dict[str, Any]:
        """`tickets`."""
        return _object(await self.send(BROWSE, **variables), "tickets")

    async def entities(self, *representations: Mapping[str, Any]) -> list[Any]:
        """`_entities`, as the gateway asks it."""
        answer = await self.send(ENTITIES, representations=representations)
        found: list[Any] = answer.data["_entities"]
        return found


def titles(connection: Mapping[str, Any]) -> list[str]:
    """The titles on a page, in order."""
    return [edge["node"]["title"] for edge in connection["edges"]]


def problem_fields(result: Mapping[str, Any]) -> set[str]:
    """Which fields a ValidationFailed names."""
    assert result["__typename"] == "ValidationFailed", result
    return {field["field"] for field in result["fields"]}


async def events(database: Database) -> Sequence[Mapping[str, Any]]:
    """All events of the outbox, oldest first."""
    async with database.reading() as session:
        return list(await session.scalars(text("SELECT event FROM outbox ORDER BY id")))


def _object(answer: Answer, field: str) -> dict[str, Any]:
    value: dict[str, Any] = answer.data[field]
    return value
