"""Lines in, GraphQL text and `FetchField`s out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.operation.normalise.conditions import ALWAYS, Condition
from gateway.planner.layout import Line
from gateway.planner.names import Names
from gateway.planner.plan import Condition as PlanCondition
from gateway.planner.plan import FetchField, VariableTest


@dataclass(slots=True)
class Writer:
    """Writes selection sets; collects the variables they use.

    `contexts` maps context arguments to the variables that carry them.
    """

    names: Names
    contexts: dict[str, str]
    variables: dict[str, None]

    def text(self, lines: Sequence[Line]) -> str:
        """The selection set, with braces."""
        plain = [self._field(line) for line in lines if line.on is None]
        fragments: dict[str, list[str]] = {}
        for line in lines:
            if line.on is not None:
                fragments.setdefault(line.on, []).append(self._field(line))
        plain.extend(f"...on {name}{{{' '.join(inner)}}}" for name, inner in fragments.items())
        return "{" + " ".join(plain) + "}"

    def _field(self, line: Line) -> str:
        key = self._key(line)
        identity = line.identity
        alias = f"{key}:" if key != identity.name else ""
        inner = self.text(line.lines) if line.lines else ""
        self.variables.update(dict.fromkeys(identity.variables))
        field = alias + identity.name + self._arguments(line)
        if line.condition == ALWAYS:
            return field + inner
        return " ".join(self._conditional(field, inner, tests) for tests in line.condition)

    def _key(self, line: Line) -> str:
        if line.identity.name == "__typename":
            return "__typename"
        return self.names.key(line.identity, min(line.types, default=None))

    def _arguments(self, line: Line) -> str:
        text = line.identity.arguments
        if line.edge is None or not line.edge.contexts:
            return text
        added = ",".join(
            f"{use.argument}:${self.contexts[use.argument]}" for use in line.edge.contexts
        )
        if text.startswith("("):
            return f"({added},{text[1:]}"
        return f"({added}){text}"

    def _conditional(self, field: str, inner: str, tests: tuple[tuple[str, bool], ...]) -> str:
        """The field under every test; `@skip` and `@include` cannot be repeated on one field."""
        directives: dict[bool, str] = {}
        outer: list[str] = []
        for name, expected in tests:
            self.variables[name] = None
            text = f"@{'include' if expected else 'skip'}(if:${name})"
            if expected in directives:
                outer.append(text)
            else:
                directives[expected] = text
        result = field + "".join(directives.values()) + inner
        for text in outer:
            result = f"...{text}{{{result}}}"
        return result

    def fields(self, lines: Sequence[Line]) -> tuple[FetchField, ...]:
        """The selection set as data; lines that differ in their types alone become one."""
        if all(line.on is None for line in lines):
            return tuple(self._fetch_field(line) for line in lines)
        found: dict[FetchField, set[str] | None] = {}
        for line in lines:
            field = self._fetch_field(line)
            on = found.setdefault(field, set())
            if line.on is None or on is None:
                found[field] = None
            else:
                on.update(line.types)
        return tuple(
            field if on is None else replace(field, on=frozenset(on)) for field, on in found.items()
        )

    def _fetch_field(self, line: Line) -> FetchField:
        return FetchField(
            name=line.identity.name,
            source_key=self._key(line),
            type=line.type.text,
            selection=self.fields(line.lines) if line.lines else (),
            condition=plan_condition(line.condition),
        )


def plan_condition(condition: Condition) -> PlanCondition | None:
    """A condition in the plan's form."""
    if condition == ALWAYS:
        return None
    return tuple(
        tuple(VariableTest(name, expected) for name, expected in tests) for tests in condition
    )
