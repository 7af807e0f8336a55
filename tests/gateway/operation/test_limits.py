"""Limits on documents, fragments counted at every use."""

import time

import pytest

from gateway.errors import LimitExceeded
from gateway.operation.document import parse_document
from gateway.operation.limits import Limits


def limit_hit(text: str, limits: Limits) -> object:
    with pytest.raises(LimitExceeded) as caught:
        parse_document(text, limits)
    extensions = caught.value.errors[0]["extensions"]
    assert isinstance(extensions, dict)
    return extensions["limit"]


@pytest.mark.parametrize(
    ("text", "limits", "hit"),
    [
        ("{ a b c d }", Limits(tokens=5), "tokens"),
        ("{ a { b { c } } }", Limits(depth=2), "depth"),
        ("{ a { ...F } } fragment F on T { b { c } }", Limits(depth=2), "depth"),
        ("{ a { ... on T { b { c } } } }", Limits(depth=2), "depth"),
        ("{ x: a y: a z: a }", Limits(aliases=2), "aliases"),
        ("{ ...F ...F } fragment F on T { x: a y: a }", Limits(aliases=3), "aliases"),
        ("{ a b c }", Limits(root_fields=2), "root_fields"),
        ("{ a ...F } fragment F on T { b c }", Limits(root_fields=2), "root_fields"),
        ("{ a @x @y @z }", Limits(directives=2), "directives"),
        ("query @x { a @y ... @z { b } }", Limits(directives=2), "directives"),
        ("{ ...F ...F } fragment F on T { a b c }", Limits(selections=7), "selections"),
        ("query A { a } query B { a b c }", Limits(root_fields=2), "root_fields"),
    ],
)
def test_what_is_too_large_is_refused_by_the_limit_it_hits(
    text: str, limits: Limits, hit: str
) -> None:
    assert limit_hit(text, limits) == hit


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("{ a b c }", Limits(tokens=5)),
        ("{ a { b { c } } }", Limits(depth=3)),
        ("{ a { b } ...F } fragment F on T { c { d } }", Limits(depth=2, root_fields=2)),
        ("{ x: a y: a }", Limits(aliases=2)),
    ],
)
def test_what_is_just_as_large_as_allowed_passes(text: str, limits: Limits) -> None:
    parse_document(text, limits)


def test_fragments_that_double_each_other_are_refused_at_once() -> None:
    """30 fragments, each spreading the next twice, ask for 2^30 fields."""
    fragments = "".join(
        f"fragment F{n} on T {{ a {{ ...F{n + 1} }} b {{ ...F{n + 1} }} }}" for n in range(30)
    )
    started = time.perf_counter()
    text = "{ ...F0 }" + fragments + "fragment F30 on T { c }"
    assert limit_hit(text, Limits(selections=10_000)) == "selections"
    assert time.perf_counter() - started < 1


def test_a_fragment_cycle_is_left_to_validation() -> None:
    text = "{ ...A } fragment A on T { ...B } fragment B on T { a ...A }"
    parse_document(text, Limits(depth=5, selections=100))


def test_comments_and_white_space_are_not_tokens() -> None:
    parse_document("{ a }" + "# nothing\n" * 1_000 + " " * 10_000, Limits(tokens=3))
