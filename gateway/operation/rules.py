"""A document's text in; the validation rules that can find anything in it out.

The rules about variables, directives and fragments walk the whole document, and a document without
a `$`, `@` or `...` cannot break them: for a large query without variables they are a third of the
time that validation takes.
"""

from collections.abc import Collection, Mapping
from functools import cache

from graphql import (
    ASTValidationRule,
    FragmentsOnCompositeTypesRule,
    KnownDirectivesRule,
    KnownFragmentNamesRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    PossibleFragmentSpreadsRule,
    UniqueDirectivesPerLocationRule,
    UniqueFragmentNamesRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
    specified_rules,
)

Rules = tuple[type[ASTValidationRule], ...]

ABOUT: Mapping[str, Collection[type[ASTValidationRule]]] = {
    "$": {
        NoUndefinedVariablesRule,
        NoUnusedVariablesRule,
        UniqueVariableNamesRule,
        VariablesAreInputTypesRule,
        VariablesInAllowedPositionRule,
    },
    "@": {KnownDirectivesRule, UniqueDirectivesPerLocationRule},
    "...": {KnownFragmentNamesRule, PossibleFragmentSpreadsRule},
    "fragment": {
        NoFragmentCyclesRule,
        NoUnusedFragmentsRule,
        UniqueFragmentNamesRule,
    },
    "on": {FragmentsOnCompositeTypesRule},
}
"""What a text has to contain for the rules beside it to find a fault."""


def rules_for(text: str) -> Rules:
    """The rules of the specification that `text` may break."""
    return _without(frozenset(mark for mark in ABOUT if mark not in text))


@cache
def _without(absent: frozenset[str]) -> Rules:
    idle = {rule for mark in absent for rule in ABOUT[mark]}
    return tuple(rule for rule in specified_rules if rule not in idle)
