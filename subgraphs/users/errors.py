"""Why the users service refuses something: one class per cause.

DomainError
├── InvalidInput          the caller can mend the named fields
├── EmailTaken            an account has this address already
├── InvalidCredentials    unknown address or wrong password: deliberately not said which
├── TooManyAttempts       this address failed too often; wait
├── Overloaded            too many passwords are being hashed; wait a moment
└── NotSignedIn           the session is unknown, ended or revoked
"""

from collections.abc import Sequence
from dataclasses import dataclass


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


class EmailTaken(DomainError):
    code = "EMAIL_TAKEN"

    def __init__(self, email: str) -> None:
        super().__init__(f"email: {email} has an account already; sign in, or use another address")


class InvalidCredentials(DomainError):
    code = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("e-mail address or password is wrong")


class TooManyAttempts(DomainError):
    """`settled` tells whether failures are the cause, or only attempts still being checked."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after_seconds: int, *, settled: bool) -> None:
        super().__init__(
            f"too many failed attempts to sign in; try again in {retry_after_seconds} s"
        )
        self.retry_after_seconds = retry_after_seconds
        self.settled = settled


class Overloaded(DomainError):
    code = "RATE_LIMITED"
    retry_after_seconds = 2

    def __init__(self) -> None:
        super().__init__(
            f"too many people are signing in just now; try again in {self.retry_after_seconds} s"
        )


class TooManyMails(DomainError):
    code = "RATE_LIMITED"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"too many mails to this address; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class AlreadyVerified(DomainError):
    code = "ALREADY_VERIFIED"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is confirmed already")


class InvalidMailToken(DomainError):
    code = "INVALID_TOKEN"

    def __init__(self) -> None:
        super().__init__("this link was used before or has expired; ask for a new one")


class SessionNotFound(DomainError):
    code = "NOT_FOUND"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"you have no session {session_id[:80]!r}")


class OpenIdRefused(DomainError):
    """`reason` is for the log; the message tells people no more than they need."""

    code = "OPENID_REFUSED"

    def __init__(self, reason: str) -> None:
        super().__init__("signing in there did not work; please try again")
        self.reason = reason


class NotSignedIn(DomainError):
    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("sign in first")
