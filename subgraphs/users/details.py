"""What people type about themselves, in; the same, clean and checked, out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from subgraphs.users.errors import InvalidField, InvalidInput

NAME_MAXIMUM = 80
EMAIL_MAXIMUM = 254
PASSWORD_MINIMUM = 8
PASSWORD_MAXIMUM = 256

_EMAIL = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]{1,64}@[^\s@,;:<>()\[\]\\\".]+(\.[^\s@,;:<>()\[\]\\\".]+)+"
)
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Registration:
    """A new account's details; the password is never shown."""

    email: str
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """What signing in takes; the password is never shown."""

    email: str
    password: str = field(repr=False)


def clean_registration(given: Registration) -> Registration:
    """`given` trimmed and in Unicode NFC; raises InvalidInput naming every bad field."""
    cleaned = Registration(
        email=clean_text(given.email),
        name=clean_text(given.name),
        password=unicodedata.normalize("NFC", given.password),
    )
    _refuse(
        ("email", email_problem(cleaned.email)),
        ("name", text_problem(cleaned.name, NAME_MAXIMUM)),
        ("password", password_problem(cleaned.password)),
    )
    return cleaned


def clean_login(given: Login) -> Login:
    """`given` as an account's details are kept. Raises InvalidInput for what no account has.

    Only size and unprintable characters are judged: a wrong password is a wrong password.
    """
    cleaned = Login(clean_text(given.email), unicodedata.normalize("NFC", given.password))
    _refuse(
        ("email", text_problem(cleaned.email, EMAIL_MAXIMUM)),
        ("password", text_problem(cleaned.password, PASSWORD_MAXIMUM, show=False)),
    )
    return cleaned


def clean_name(given: str) -> str:
    """A person's name as it is kept. Raises InvalidInput."""
    cleaned = clean_text(given)
    _refuse(("name", text_problem(cleaned, NAME_MAXIMUM)))
    return cleaned


def clean_email(given: str) -> str:
    """An e-mail address as it is kept. Raises InvalidInput."""
    cleaned = clean_text(given)
    _refuse(("email", email_problem(cleaned)))
    return cleaned


def clean_password(given: str, name: str = "password") -> str:
    """A new password as it is hashed. Raises InvalidInput for the field `name`."""
    cleaned = unicodedata.normalize("NFC", given)
    _refuse((name, password_problem(cleaned)))
    return cleaned


def clean_text(value: str) -> str:
    """`value` without outer white space, in NFC, so that equal texts compare equal."""
    return unicodedata.normalize("NFC", value.strip())


def email_problem(value: str) -> str | None:
    """What is wrong with an e-mail address, or None."""
    problem = text_problem(value, EMAIL_MAXIMUM)
    if problem is None and not _EMAIL.fullmatch(value):
        return f"{value!r} is no e-mail address; give one such as name@example.com"
    return problem


def password_problem(value: str) -> str | None:
    """What is wrong with a new password, or None; never shows it."""
    if len(value) < PASSWORD_MINIMUM:
        return f"has {len(value)} characters; give at least {PASSWORD_MINIMUM}"
    return text_problem(value, PASSWORD_MAXIMUM, show=False)


def text_problem(value: str, longest: int, *, show: bool = True) -> str | None:
    """What is wrong with a line of text, or None; `show` lets the message name characters."""
    if not value:
        return "is empty; give some text"
    if len(value) > longest:
        return f"has {len(value)} characters; {longest} is the most"
    for character in value:
        if character in _BIDI_CONTROLS or unicodedata.category(character) in {"Cc", "Cs"}:
            named = (
                f"the control character U+{ord(character):04X}" if show else "a control character"
            )
            return f"has {named}; remove it"
    return None


def _refuse(*judged: tuple[str, str | None]) -> None:
    problems = list(_found(judged))
    if problems:
        raise InvalidInput(problems)


def _found(judged: tuple[tuple[str, str | None], ...]) -> Iterator[InvalidField]:
    for name, problem in judged:
        if problem is not None:
            yield InvalidField(name, problem)
