"""The scalars of the graph, as Python types and how each is written and read."""

from datetime import datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from shared.contracts.codec import ContractError, decode_time, encode_time

MinorUnits = NewType("MinorUnits", int)
"""An integer amount of a currency's minor unit."""

_INT64_MAX = 2**63 - 1


def write_minor_units(value: int) -> str:
    """64 bits do not fit into a JavaScript number: a string on the wire."""
    return str(value)


def read_minor_units(value: object) -> MinorUnits:
    """A string of digits or an integer within 64 bits. Raises ValueError for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    digits = value.removeprefix("-") if isinstance(value, str) else ""
    is_text = 0 < len(digits) <= 19 and digits.isascii() and digits.isdigit()
    if not is_number and not is_text:
        raise ValueError(f"MinorUnits is an integer or a string of digits, not {value!r:.40}")
    amount = int(str(value))
    if abs(amount) > _INT64_MAX:
        raise ValueError(f"MinorUnits has 64 bits, too few for {value!r:.40}")
    return MinorUnits(amount)


def read_date_time(value: object) -> datetime:
    """RFC 3339 with an offset, as aware UTC. Raises ValueError for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(f"DateTime is an RFC 3339 string, not {value!r:.60}")
    try:
        return decode_time(value)
    except (ContractError, OverflowError) as error:
        raise ValueError(f"DateTime needs a date, a time and an offset: {error}") from error


SCALARS: dict[object, ScalarDefinition] = {
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description="A 64-bit integer amount of a currency's minor unit, as a string.",
        serialize=write_minor_units,
        parse_value=read_minor_units,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in RFC 3339, with its offset; answered in UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=encode_time,
        parse_value=read_date_time,
    ),
}
