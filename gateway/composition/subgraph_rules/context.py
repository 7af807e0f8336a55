"""CONTEXT_NAME_INVALID: a context's name is letters and digits, as it gets a prefix later."""

import re
from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import applied
from gateway.composition.subgraph_rules.view import View

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def check(view: View) -> Iterator[CompositionError]:
    """Names of contexts that are not usable."""
    for definition in view.subgraph.types.values():
        for context in applied(definition.directives, "context"):
            name = context.arguments.get("name")
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                yield view.error(
                    "CONTEXT_NAME_INVALID",
                    f'Context name "{name}" on "{definition.name}" is invalid: it must begin with'
                    " a letter and have letters and digits only (no underscore).",
                    context.location,
                )
