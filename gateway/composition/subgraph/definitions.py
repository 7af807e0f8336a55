"""A subgraph's own definitions of the specs' directives and types must fit the specs.

They may be narrower (fewer places, fewer optional arguments, required where optional) and may
use other types where the spec has a scalar of its own.
"""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.known import kind_of, spec_directive
from gateway.composition.subgraph.model import (
    BUILT_IN_SCALARS,
    DirectiveDefinition,
    InputValue,
    Kind,
    Missing,
    Subgraph,
)
from gateway.composition.subgraph.specs import LINK_TYPES
from gateway.composition.type_ref import base, is_list, is_required, item, nullable
from gateway.composition.values import same_value, to_text


def check_definitions(subgraph: Subgraph) -> Iterator[CompositionError]:
    """Every difference between own definitions and the specs'."""
    for local, core in sorted(subgraph.core_names.items()):
        own = subgraph.directive_definitions.get(local)
        expected = spec_directive(subgraph, core)
        if own and expected:
            for problem in _directive_problems(subgraph, expected, own):
                yield CompositionError(
                    "DIRECTIVE_DEFINITION_INVALID",
                    f'[{subgraph.name}] Invalid definition of directive "@{local}": {problem}.'
                    " Correct it, or remove it: linked directives need no definition.",
                    (own.location,),
                )
    if subgraph.version[0] == 2:
        yield from _check_types(subgraph)


def _check_types(subgraph: Subgraph) -> Iterator[CompositionError]:
    for local, core in sorted(subgraph.core_types.items()):
        definition = subgraph.types.get(local)
        expected = LINK_TYPES.get(core, Kind.SCALAR)
        if definition and definition.kind is not expected:
            yield CompositionError(
                "TYPE_DEFINITION_INVALID",
                f'[{subgraph.name}] Invalid definition of type "{local}": it must be'
                f" {_article(expected)} but is {_article(definition.kind)}. Correct it, or remove"
                " it: linked types need no definition.",
                (definition.location,),
            )


def _article(kind: Kind) -> str:
    return f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}"


def _directive_problems(
    subgraph: Subgraph, expected: DirectiveDefinition, own: DirectiveDefinition
) -> Iterator[str]:
    for name, argument in expected.arguments.items():
        found = own.arguments.get(name)
        if found:
            yield from _argument_problems(subgraph, argument, found)
        elif argument.required:
            yield f'it lacks the required argument "{name}"'
    for name in own.arguments:
        if name not in expected.arguments:
            yield f'it has an unknown argument "{name}"'
    if own.repeatable and not expected.repeatable:
        yield "it must not be repeatable"
    wrong = [place for place in own.locations if place not in expected.locations]
    if wrong:
        yield (
            f"it must only be on {', '.join(expected.locations)}, but it is on {', '.join(wrong)}"
        )


def _argument_problems(subgraph: Subgraph, expected: InputValue, own: InputValue) -> Iterator[str]:
    required = is_required(own.type)
    # An optional argument may be made required, to make everybody give it.
    given = own.type if is_required(expected.type) else nullable(own.type)
    if not _fits(subgraph, expected.type, given):
        yield f'argument "{own.name}" must have type "{expected.type}" but has "{own.type}"'
    elif not required and not _same_default(expected, own):
        wanted = "none" if isinstance(expected.default, Missing) else to_text(expected.default)
        yield f'argument "{own.name}" has another default than the spec, which has {wanted}'


def _same_default(left: InputValue, right: InputValue) -> bool:
    if isinstance(left.default, Missing) or isinstance(right.default, Missing):
        return isinstance(left.default, Missing) and isinstance(right.default, Missing)
    return same_value(left.default, right.default)


def _fits(subgraph: Subgraph, expected: str, own: str) -> bool:
    """Whether own type may stand where the spec has `expected`, named as in the spec."""
    if is_required(expected):
        return is_required(own) and _fits(subgraph, nullable(expected), nullable(own))
    if is_list(expected):
        return is_list(own) and not is_required(own) and _fits(subgraph, item(expected), item(own))
    if expected in BUILT_IN_SCALARS:
        return own == expected
    own = nullable(own)
    if subgraph.core_types.get(own, own) == expected:
        return True
    # Anything but another scalar: a spec's scalar checks its text by itself.
    custom_scalar = kind_of(subgraph, own) is Kind.SCALAR and own not in BUILT_IN_SCALARS
    return is_list(own) or not custom_scalar or base(own) not in subgraph.types
