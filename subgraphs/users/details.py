"""What people type about themselves, in; the same, clean and checked, out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.text import clean_text, text_problem
from subgraphs.users.errors import InvalidField, InvalidInput

NAME_MAXIMUM = 80
EMAIL_MAXIMUM = 254
PASSWORD_MINIMUM = 8
PASSWORD_MAXIMUM = 256

_EMAIL = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]{1,64}@[^\s@,;:<>()\[\]\\\".]+(\.[^\s@,;:<>()\[\]\\\".]+)+"
)


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
        ("name", text_problem(cleaned.name, 1, NAME_MAXIMUM)),
        ("password", password_problem(cleaned.password)),
    )
    return cleaned


def clean_login(given: Login) -> Login:
    """`given` as an account's details are kept. Raises InvalidInput for what no account has.

    Only size and unprintable characters are judged: a wrong password is a wrong password.
    """
    cleaned = Login(clean_text(given.email), unicodedata.normalize("NFC", given.password))
    _refuse(
        ("email", text_problem(cleaned.email, 1, EMAIL_MAXIMUM)),
        ("password", text_problem(cleaned.password, 1, PASSWORD_MAXIMUM, show=False)),
    )
    return cleaned


def clean_name(given: str) -> str:
    """A person's name as it is kept. Raises InvalidInput."""
    cleaned = clean_text(given)
    _refuse(("name", text_problem(cleaned, 1, NAME_MAXIMUM)))
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


def email_problem(value: str) -> str | None:
    """What is wrong with an e-mail address, or None."""
    problem = text_problem(value, 1, EMAIL_MAXIMUM)
    if problem is None and not _EMAIL.fullmatch(value):
        return f"{value!r} is no e-mail address; give one such as name@example.com"
    return problem


def password_problem(value: str) -> str | None:
    """What is wrong with a new password, or None; never shows it."""
    return text_problem(value, PASSWORD_MINIMUM, PASSWORD_MAXIMUM, show=False)


def _refuse(*judged: tuple[str, str | None]) -> None:
    problems = list(_found(judged))
    if problems:
        raise InvalidInput(problems)


def _found(judged: tuple[tuple[str, str | None], ...]) -> Iterator[InvalidField]:
    for name, problem in judged:
        if problem is not None:
            yield InvalidField(name, problem)
