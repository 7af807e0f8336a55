"""Conditions: conjunction, disjunction, and the simplest form of each."""

from gateway.operation.normalise.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    both,
    either,
    print_condition,
)

A: Condition = ((("a", True),),)
NOT_A: Condition = ((("a", False),),)
B: Condition = ((("b", True),),)


def test_always_and_never_are_neutral() -> None:
    assert both(ALWAYS, A) == either(NEVER, A) == A
    assert either(ALWAYS, A) == ALWAYS


def test_a_contradiction_is_never() -> None:
    assert both(A, NOT_A) == NEVER


def test_a_and_its_opposite_is_always() -> None:
    assert either(A, NOT_A) == ALWAYS


def test_what_is_implied_is_left_out() -> None:
    assert either(both(A, B), A) == A


def test_the_order_of_terms_does_not_matter() -> None:
    assert both(A, B) == both(B, A)
    assert either(A, B) == either(B, A)


def test_conditions_print() -> None:
    assert print_condition(either(both(A, B), NOT_A)) == "!$a | $a & $b"
    assert (print_condition(ALWAYS), print_condition(NEVER)) == ("always", "never")
