"""A binding pattern in, what it matches out: the AMQP 0-9-1 topic rules in one place.

A routing key is words separated by dots; `*` stands for one word, `#` for any number, none
included. RabbitMQ matches for itself; this is the same rule for the PostgreSQL adapter (as a
regular expression that runs in the database) and for knowing whether a message has a consumer.
"""

import re
from functools import lru_cache

_ONE_WORD = r"\.[^.]*"
_ANY_WORDS = rf"({_ONE_WORD})*"


def to_regex(pattern: str) -> str:
    """An anchored regular expression, equal in Python and PostgreSQL, over `dotted(key)`."""
    words = pattern.split(".") if pattern else []
    parts = (
        _ANY_WORDS if word == "#" else _ONE_WORD if word == "*" else rf"\.{re.escape(word)}"
        for word in words
    )
    return f"^{''.join(parts)}$"


def dotted(routing_key: str) -> str:
    """The key with a dot before every word, which is what `to_regex` matches; "" stays ""."""
    return f".{routing_key}" if routing_key else ""


@lru_cache(maxsize=4096)
def matches(pattern: str, routing_key: str) -> bool:
    """Whether a queue bound with `pattern` gets a message with `routing_key`."""
    return re.search(to_regex(pattern), dotted(routing_key)) is not None
