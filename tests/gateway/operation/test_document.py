"""Parsing, validation and the choice of an operation."""

import pytest
from graphql import build_schema, parse, validate

from gateway.errors import OperationNotResolved, ParseFailed, RequestRefused, ValidationFailed
from gateway.operation.document import (
    MAX_VALIDATION_ERRORS,
    parse_document,
    select_operation,
    validate_document,
)
from gateway.operation.rules import rules_for

SCHEMA = build_schema("""
directive @shout(loud: Boolean) on FIELD
type Query { f: String  me: Query }
""")


def errors_of(text: str) -> list[str]:
    with pytest.raises(ValidationFailed) as caught:
        validate_document(SCHEMA, parse_document(text))
    return [str(error["message"]) for error in caught.value.errors]


def test_text_that_is_not_graphql_is_refused_with_place_and_code() -> None:
    with pytest.raises(ParseFailed) as caught:
        parse_document("{ f ")
    assert caught.value.errors[0]["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert caught.value.errors[0]["locations"] == [{"line": 1, "column": 5}]


@pytest.mark.parametrize("opening", ["{me", "{f(a:{a", "{f(a:[[", "{me{... on Query"])
def test_deep_nesting_is_refused_and_never_overflows(opening: str) -> None:
    with pytest.raises(RequestRefused):
        parse_document(opening * 50_000)


def test_a_chain_of_many_fragments_is_refused_and_never_overflows() -> None:
    chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} f }}" for n in range(5_000))
    document = parse_document("{ ...F0 }" + chain + "fragment F5000 on Query { f }")
    with pytest.raises(ValidationFailed):
        validate_document(SCHEMA, document)


@pytest.mark.parametrize(
    "fragments",
    [
        "fragment A on Query { ...A }",
        "fragment A on Query { f ...B me { f } } fragment B on Query { me { ...A @skip(if: 1) } }",
        "fragment A on Query { ...B ...A } fragment B on Query { f ...A ...B }",
    ],
)
def test_fragment_cycles_are_refused_by_name(fragments: str) -> None:
    assert any("Cannot spread fragment 'A'" in text for text in errors_of("{ ...A }" + fragments))


def test_an_unused_fragment_is_refused() -> None:
    assert errors_of("{ f } fragment A on Query { f }") == ["Fragment 'A' is never used."]


def test_directives_of_the_schema_are_known_and_others_are_not() -> None:
    validate_document(SCHEMA, parse_document("{ f @shout(loud: true) @skip(if: false) }"))
    assert errors_of("{ f @whisper }") == ["Unknown directive '@whisper'."]


def test_only_so_many_errors_are_reported() -> None:
    text = "{" + " ".join(f"nope{n}" for n in range(500)) + "}"
    assert len(errors_of(text)) <= MAX_VALIDATION_ERRORS + 1


def test_the_only_operation_needs_no_name() -> None:
    document = parse_document("query A { f }")
    assert select_operation(document, None) is document.definitions[0]
    assert select_operation(document, "") is document.definitions[0]


def test_an_operation_is_picked_by_its_name() -> None:
    document = parse_document("query A { f } query B { f }")
    assert select_operation(document, "B") is document.definitions[1]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("query A { f } query B { f }", None, 'send operationName as one of "A", "B"'),
        ("query A { f } query B { f }", "C", 'Unknown operation named "C"; the document has "A"'),
        ("{ f }", "C", "only an anonymous operation"),
        ("fragment A on Query { f }", None, "Must provide an operation."),
    ],
)
def test_an_operation_that_cannot_be_picked_is_refused(
    text: str, name: str | None, message: str
) -> None:
    with pytest.raises(OperationNotResolved, match=message):
        select_operation(parse_document(text), name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ f(a: $v) }", True),
        ("query($v: Nothing) { f }", True),
        ("{ f @whisper }", True),
        ("{ f @shout @shout }", True),
        ("{ ...A }", True),
        ("{ ... on String { f } }", True),
        ("{ ... on Nothing { f } }", True),
        ("{ f } fragment A on Query { f }", True),
        ("{ f } fragment A on Query { f } fragment A on Query { f }", True),
        ("query($a: Int, $a: Int) { f }", True),
        ("{ f nothing }", True),
        ("{ f: me { f } f }", True),
        ("{ f me { f } }", False),
    ],
)
def test_no_rule_is_left_out_that_would_find_something(text: str, found: bool) -> None:
    document = parse(text)
    every = [error.message for error in validate(SCHEMA, document)]
    chosen = [error.message for error in validate(SCHEMA, document, rules_for(text))]
    assert chosen == every
    assert bool(every) is found
