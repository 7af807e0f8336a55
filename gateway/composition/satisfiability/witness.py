"""An operation that leads to one field: what a client could ask and would not be answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.federation.model import Argument, Field, Supergraph, TypeKind

_SAMPLES = {"Int": "0", "Float": "0.0", "Boolean": "true", "String": '"A string"', "ID": '"1"'}


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the operation: a field, or a fragment on a type."""

    field: Field | None
    on: str | None


def print_witness(supergraph: Supergraph, operation: str, steps: Sequence[Step]) -> str:
    """The operation as text, one level per line."""
    head = "" if operation == "query" else f"{operation} "
    lines = [f"{head}{{"]
    closing: list[str] = ["}"]
    for depth, step in enumerate(steps, start=1):
        indent = "  " * depth
        last = depth == len(steps)
        text = _field(supergraph, step.field) if step.field else f"... on {step.on}"
        if last and (step.field is None or _composite(supergraph, step.field)):
            lines.append(f"{indent}{text} {{\n{indent}  ...\n{indent}}}")
        elif last:
            lines.append(f"{indent}{text}")
        else:
            lines.append(f"{indent}{text} {{")
            closing.append(f"{indent}}}")
    return "\n".join([*lines, *reversed(closing)])


def _composite(supergraph: Supergraph, field: Field) -> bool:
    target = supergraph.types.get(field.type.name)
    return target is not None and target.composite


def _field(supergraph: Supergraph, field: Field) -> str:
    given = [
        f"{argument.name}: {_sample(supergraph, argument.type.text, frozenset())}"
        for argument in field.arguments.values()
        if _required(argument)
    ]
    return f"{field.name}({', '.join(given)})" if given else field.name


def _required(argument: Argument) -> bool:
    return argument.type.text.endswith("!") and argument.default is None


def _sample(supergraph: Supergraph, type_text: str, inside: frozenset[str]) -> str:
    """Some value of an input type; `inside` guards against types that contain themselves."""
    plain = type_text.removesuffix("!")
    if plain.startswith("["):
        return "[]"
    if plain in _SAMPLES:
        return _SAMPLES[plain]
    definition = supergraph.types.get(plain)
    if definition is None or plain in inside:
        return "null"
    if definition.kind is TypeKind.ENUM:
        return next(iter(definition.values), "null")
    if definition.kind is TypeKind.INPUT:
        fields = [
            f"{one.name}: {_sample(supergraph, one.type.text, inside | {plain})}"
            for one in definition.input_fields.values()
            if _required(one)
        ]
        return "{" + ", ".join(fields) + "}"
    return '"A value"'
