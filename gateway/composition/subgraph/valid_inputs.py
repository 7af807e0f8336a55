"""Input types as GraphQL wants them: they can be given, and what is deprecated can be left out."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Kind, Missing, Subgraph, TypeDefinition
from gateway.composition.subgraph.valid_types import inputs_of, invalid
from gateway.composition.type_ref import is_list, is_required, nullable


def check_input_types(subgraph: Subgraph) -> Iterator[CompositionError]:
    """Required but deprecated inputs, endless input types, and faults of @oneOf."""
    for coordinate, value in inputs_of(subgraph):
        if value.required and any(d.name == "deprecated" for d in value.directives):
            yield invalid(
                subgraph,
                f'"{coordinate}" is required and so cannot be @deprecated: make it optional.',
                value.location,
            )
    for definition in subgraph.types.values():
        if definition.kind is not Kind.INPUT:
            continue
        if _endless(subgraph, definition):
            yield invalid(
                subgraph,
                f'Input type "{definition.name}" contains itself through required fields only, so'
                " nobody could give it: make one of them nullable or a list.",
                definition.location,
            )
        if any(directive.name == "oneOf" for directive in definition.directives):
            yield from _check_one_of(subgraph, definition)


def _endless(subgraph: Subgraph, definition: TypeDefinition) -> bool:
    seen: set[str] = set()
    waiting = [definition]
    while waiting:
        for value in waiting.pop().inputs.values():
            name = nullable(value.type)
            if not is_required(value.type) or is_list(name):
                continue
            if name == definition.name:
                return True
            below = subgraph.types.get(name)
            if below and below.kind is Kind.INPUT and name not in seen:
                seen.add(name)
                waiting.append(below)
    return False


def _check_one_of(subgraph: Subgraph, definition: TypeDefinition) -> Iterator[CompositionError]:
    for value in definition.inputs.values():
        if is_required(value.type) or not isinstance(value.default, Missing):
            yield invalid(
                subgraph,
                f'Field "{definition.name}.{value.name}" of a @oneOf input type must be nullable'
                " and without default: correct it.",
                value.location,
            )
