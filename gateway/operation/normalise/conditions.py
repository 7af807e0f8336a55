"""When a field is wanted: `@skip`/`@include` on variables, as a disjunction of conjunctions.

A conjunction is a sorted tuple of (variable, expected value); ALWAYS has one empty conjunction,
NEVER none. Equal conditions are equal values.
"""

Test = tuple[str, bool]
Conjunction = tuple[Test, ...]
Condition = tuple[Conjunction, ...]

ALWAYS: Condition = ((),)
NEVER: Condition = ()


def both(left: Condition, right: Condition) -> Condition:
    """`left` and `right`."""
    if left in (ALWAYS, right):
        return right
    if right == ALWAYS:
        return left
    found: list[Conjunction] = []
    for one in left:
        for other in right:
            tests = set(one) | set(other)
            if not any((name, not expected) in tests for name, expected in tests):
                found.append(tuple(sorted(tests)))
    return _simplified(found)


def either(left: Condition, right: Condition) -> Condition:
    """`left` or `right`."""
    if left in (ALWAYS, right) or right == NEVER:
        return left
    if right == ALWAYS or left == NEVER:
        return right
    return _simplified([*left, *right])


def _simplified(conjunctions: list[Conjunction]) -> Condition:
    """Without repeated and implied conjunctions; `a` or `not a` is ALWAYS."""
    kept: list[Conjunction] = []
    for candidate in sorted(set(conjunctions), key=lambda tests: (len(tests), tests)):
        if not any(set(other) <= set(candidate) for other in kept):
            kept.append(candidate)
    single = {tests[0] for tests in kept if len(tests) == 1}
    if any((name, not expected) in single for name, expected in single):
        return ALWAYS
    return tuple(kept)


def print_condition(condition: Condition) -> str:
    """`$a & !$b | $c`, `always` or `never`."""
    if condition == ALWAYS:
        return "always"
    if condition == NEVER:
        return "never"
    return " | ".join(
        " & ".join(("" if expected else "!") + "$" + name for name, expected in tests)
        for tests in condition
    )
