"""Access requirements as data: alternatives ("or") of sets ("and") of scopes or policies.

Two subgraphs that both guard an element must both be satisfied, so requirements are conjoined:
the product of their alternatives, less those that contain another one.
"""

from collections.abc import Iterable, Mapping, Sequence

from gateway.composition.values import Value

AUTH = frozenset({"authenticated", "requiresScopes", "policy"})
AUTH_ARGUMENTS: Mapping[str, str] = {"requiresScopes": "scopes", "policy": "policies"}
Requirement = frozenset[frozenset[str]]


def read_requirement(value: Value) -> Requirement:
    """The argument of @requiresScopes or @policy."""
    if not isinstance(value, tuple):
        return frozenset()
    return frozenset(
        frozenset(str(name) for name in names) for names in value if isinstance(names, tuple)
    )


def conjoin(requirements: Iterable[Requirement]) -> Requirement:
    """What satisfies all of them; supersets of another alternative are dropped."""
    result: Requirement = frozenset({frozenset()})
    for requirement in requirements:
        product = {left | right for left in result for right in requirement}
        result = frozenset(s for s in product if not any(other < s for other in product))
    return result


def write_requirement(requirement: Requirement) -> Value:
    """The argument again, in one order whatever the subgraphs' order."""
    ordered = sorted((sorted(names) for names in requirement), key=lambda n: (len(n), n))
    return tuple(tuple(names) for names in ordered)


def implies(has: Requirement, needs: Requirement) -> bool:
    """Whether whoever satisfies `has` also satisfies `needs`."""
    return all(any(need <= names for need in needs) for names in has)


def merge_requirements(
    argument: str, sources: Sequence[Mapping[str, Value]]
) -> Mapping[str, Value]:
    """The arguments of the merged application."""
    merged = conjoin(read_requirement(source.get(argument)) for source in sources)
    return {argument: write_requirement(merged)}
