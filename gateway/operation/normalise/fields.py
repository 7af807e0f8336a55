"""The normalised operation: what the client asked for, without fragments, aliases apart."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLOutputType

from gateway.operation.normalise.conditions import ALWAYS, Condition, print_condition


@dataclass(frozen=True, slots=True)
class Identity:
    """Which field: its name with canonical arguments and directives; never a client's alias.

    Two selections of one object with equal `text` are one value.
    """

    text: str
    name: str
    variables: tuple[str, ...] = ()

    @property
    def arguments(self) -> str:
        """The text after the name."""
        return self.text[len(self.name) :]


@dataclass(frozen=True, slots=True)
class NormalField:
    """A field of the client's answer; `on` are the runtime types it is for, None for all."""

    response_key: str
    identity: Identity
    type: GraphQLOutputType
    on: frozenset[str] | None = None
    condition: Condition = ALWAYS
    selections: tuple["NormalField", ...] = ()


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    """A variable as the client declared it (`[ID!]!`, default as GraphQL text)."""

    name: str
    type: str
    default: str | None = None

    @property
    def text(self) -> str:
        """The declaration."""
        default = f"={self.default}" if self.default is not None else ""
        return f"${self.name}:{self.type}{default}"


@dataclass(frozen=True, slots=True)
class NormalOperation:
    """One operation, ready to be planned."""

    kind: str
    """`query`, `mutation` or `subscription`."""
    name: str | None
    root_type: str
    selections: tuple[NormalField, ...]
    variables: Mapping[str, VariableDefinition]
    introspection: str | None = None
    """An operation of the root's `__schema` and `__type` fields alone."""


def print_operation(operation: NormalOperation) -> str:
    """The operation as indented text, one field per line."""
    lines = [operation.kind + (f" {operation.name}" if operation.name else "")]
    lines.extend(f"  {definition.text}" for definition in operation.variables.values())
    _print_fields(operation.selections, "  ", lines)
    return "\n".join(lines)


def _print_fields(fields: tuple[NormalField, ...], indent: str, lines: list[str]) -> None:
    for field in fields:
        alias = f"{field.response_key}: " if field.response_key != field.identity.name else ""
        on = f" on {'|'.join(sorted(field.on))}" if field.on is not None else ""
        when = f" if {print_condition(field.condition)}" if field.condition != ALWAYS else ""
        lines.append(f"{indent}{alias}{field.identity.text}: {field.type}{on}{when}")
        _print_fields(field.selections, indent + "  ", lines)
