"""Why the tickets service refuses something: one class per cause.

DomainError
├── InvalidInput          the caller can mend the named fields
├── TicketNotFound        no such ticket
├── NotTheSeller          somebody else's ticket
├── VersionConflict       edited meanwhile; read again and repeat
├── TicketReserved        buyers hold or own what the edit would take away
├── TicketWithdrawn       a withdrawn ticket never changes again
└── IdempotencyConflict   the key stands for another request
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InvalidField:
    """One refused input field: its GraphQL name, and what is wrong with which value."""

    field: str
    message: str


class DomainError(Exception):
    """A refusal that the caller can expect; `code` is its stable name."""

    code = "DOMAIN_ERROR"


class InvalidInput(DomainError):
    code = "VALIDATION_FAILED"

    def __init__(self, fields: Sequence[InvalidField]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in fields))
        self.fields = tuple(fields)


class TicketNotFound(DomainError):
    code = "NOT_FOUND"

    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"there is no ticket {ticket_id[:80]!r}")


class NotTheSeller(DomainError):
    code = "FORBIDDEN"

    def __init__(self, ticket_id: UUID) -> None:
        super().__init__("this ticket is another seller's")
        self.ticket_id = ticket_id


class VersionConflict(DomainError):
    code = "VERSION_CONFLICT"

    def __init__(self, ticket_id: UUID, expected: int) -> None:
        super().__init__(
            f"the ticket is not at version {expected} any more; compare with what it is now"
        )
        self.ticket_id = ticket_id


class TicketReserved(DomainError):
    code = "TICKET_RESERVED"

    def __init__(self, ticket_id: UUID, reserved: int, what: str) -> None:
        super().__init__(f"{reserved} are held or sold: {what}")
        self.ticket_id = ticket_id
        self.reserved = reserved


class TicketWithdrawn(DomainError):
    code = "TICKET_WITHDRAWN"

    def __init__(self, ticket_id: UUID) -> None:
        super().__init__("this ticket is withdrawn and cannot change any more")
        self.ticket_id = ticket_id


class IdempotencyConflict(DomainError):
    code = "IDEMPOTENCY_CONFLICT"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"idempotency key {key!r} was used for a ticket with other details; use a new key"
        )
