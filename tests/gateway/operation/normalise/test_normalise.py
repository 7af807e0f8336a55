"""Normalised operations, compared as printed text."""

import textwrap

import pytest
from graphql import build_schema, parse, validate

from gateway.errors import LimitExceeded, OperationNotResolved
from gateway.operation.normalise import NormalOperation, normalise, print_operation

SCHEMA = build_schema(
    """
    type Query { n: N u: U t(a: Int, b: I): T ts: [T!]! }
    input I { x: Int y: [Int] }
    interface N { id: ID! }
    type A implements N { id: ID! a: Int t: T }
    type B implements N { id: ID! b: Int t: T }
    type C { c: Int }
    union U = A | B | C
    type T { id: ID! x: Int y: Int t: T }
    directive @d(v: Int) on FIELD
    """
)
RUNTIME_TYPES = {
    "Query": frozenset({"Query"}),
    "N": frozenset({"A", "B"}),
    "U": frozenset({"A", "B", "C"}),
    **{name: frozenset({name}) for name in ("A", "B", "C", "T")},
}


def normalised(text: str, name: str | None = None) -> NormalOperation:
    document = parse(text)
    assert not validate(SCHEMA, document)
    return normalise(SCHEMA, document, name, RUNTIME_TYPES)


def printed(text: str, name: str | None = None) -> str:
    return print_operation(normalised(text, name))


def lines(text: str) -> str:
    return textwrap.dedent(text).strip()


def test_fragments_become_sets_of_runtime_types() -> None:
    assert printed(
        "{ u { ... on N { id } ... on A { ...F } } } fragment F on N { x: id }"
    ) == lines(
        """
        query
          u: U
            id: ID! on A|B
            x: id: ID! on A
        """
    )


def test_a_fragment_that_always_applies_leaves_no_trace() -> None:
    assert printed("{ t { ... on T { x ... { y } } } }") == lines(
        """
        query
          t: T
            x: Int
            y: Int
        """
    )


def test_a_fragment_that_never_applies_is_dropped_with_its_fields() -> None:
    assert printed("{ u { ... on A { ... on N { ... on B { b } } } } }") == "query\n  u: U"


def test_fields_of_one_key_merge_in_order_of_first_occurrence() -> None:
    assert printed("{ t { x } ts { id } t { y x } }") == lines(
        """
        query
          t: T
            x: Int
            y: Int
          ts: [T!]!
            id: ID!
        """
    )


def test_aliases_of_one_field_stay_apart_in_the_answer() -> None:
    assert printed("{ a: t { x } b: t { y } }") == lines(
        """
        query
          a: t: T
            x: Int
          b: t: T
            y: Int
        """
    )


def test_arguments_are_canonical() -> None:
    operation = normalised("query ($v: Int) { t(b: { y: [1, $v], x: 2 }, a: 1) { id } }")
    (field,) = operation.selections
    assert field.identity.text == "t(a:1,b:{x:2,y:[1,$v]})"
    assert field.identity.variables == ("v",)


def test_directives_of_the_schema_are_part_of_the_identity() -> None:
    (field,) = normalised("query ($v: Int) { t @d(v: $v) { id } }").selections
    assert (field.identity.text, field.identity.variables) == ("t@d(v:$v)", ("v",))


def test_static_conditions_are_settled() -> None:
    assert printed("{ t @skip(if: true) { x } ts @include(if: true) { id } }") == lines(
        """
        query
          ts: [T!]!
            id: ID!
        """
    )


def test_conditions_of_fragments_and_fields_combine() -> None:
    text = "query ($a: Boolean!, $b: Boolean!) { ... @include(if: $a) { t @skip(if: $b) { x } } }"
    assert printed(text) == lines(
        """
        query
          $a:Boolean!
          $b:Boolean!
          t: T if $a & !$b
            x: Int
        """
    )


def test_contradicting_conditions_drop_the_field() -> None:
    text = "query ($a: Boolean!) { ... @include(if: $a) { t @skip(if: $a) { x } } ts { id } }"
    assert "t: T" not in printed(text)


def test_an_unconditional_first_occurrence_takes_later_ones_in() -> None:
    assert printed("query ($a: Boolean!) { t { x } t @include(if: $a) { x y } }") == lines(
        """
        query
          $a:Boolean!
          t: T
            x: Int
            y: Int if $a
        """
    )


def test_a_conditional_first_occurrence_keeps_its_place() -> None:
    assert printed("query ($a: Boolean!) { t { x @include(if: $a) y x } }") == lines(
        """
        query
          $a:Boolean!
          t: T
            x: Int if $a
            y: Int
            x: Int
        """
    )


def test_variables_keep_type_and_default() -> None:
    text = "query ($v: Int = 3, $w: [Int!]) { t(a: $v) { id } u: t(b: { y: $w }) { id } }"
    assert [one.text for one in normalised(text).variables.values()] == ["$v:Int=3", "$w:[Int!]"]


def test_the_operation_is_picked_by_name() -> None:
    text = "query A { t { x } } query B { t { y } }"
    assert printed(text, "B") == "query B\n  t: T\n    y: Int"
    with pytest.raises(OperationNotResolved):
        normalised(text)


def test_introspection_is_split_off() -> None:
    operation = normalised("{ t { id } s: __schema { queryType { name } } }")
    assert operation.introspection is not None
    assert operation.introspection.split() == [
        "{",
        "s:",
        "__schema",
        "{",
        "queryType",
        "{",
        "name",
        "}",
        "}",
        "}",
    ]
    assert [field.response_key for field in operation.selections] == ["t", "s"]


def test_fragments_that_nest_without_end_are_refused() -> None:
    fragments = [f"fragment F{n} on T {{ t {{ ...F{n + 1} }} }}" for n in range(150)]
    text = "{ t { ...F0 } } " + " ".join(fragments) + " fragment F150 on T { id }"
    with pytest.raises(LimitExceeded):
        normalise(SCHEMA, parse(text), None, RUNTIME_TYPES)


def test_repeated_fragments_cost_nothing() -> None:
    fragments = [f"fragment F{n} on T {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    text = "{ t { ...F0 } } " + " ".join(fragments) + " fragment F60 on T { id }"
    assert print_operation(normalise(SCHEMA, parse(text), None, RUNTIME_TYPES)).endswith("id: ID!")
