"""Coercion of variables: what subgraphs are sent, and what clients are told."""

import pytest
from graphql import build_schema

from gateway.errors import BadVariables
from gateway.operation.document import parse_document, select_operation, validate_document
from gateway.operation.variables import compile_variables

SCHEMA = build_schema("""
enum Color { RED GREEN }
scalar Anything
input Choice @oneOf { number: Int name: String }
input Item {
  id: ID! parent: Item children: [Item!] color: Color = RED any: Anything count: Int! = 3
}
type Query {
  f(int: Int, needed: Int! = 5, ints: [Int!], lists: [[Int]], item: Item, choice: Choice,
    color: Color, any: Anything, float: Float, id: ID, text: String, flag: Boolean): String
}
""")


def coerced(declarations: str, argument: str, sent: dict[str, object]) -> dict[str, object]:
    document = parse_document(f"query({declarations}) {{ f({argument}) }}")
    validate_document(SCHEMA, document)
    return compile_variables(SCHEMA, select_operation(document, None))(sent)


def refusal(declarations: str, argument: str, sent: dict[str, object]) -> str:
    with pytest.raises(BadVariables) as caught:
        coerced(declarations, argument, sent)
    (error,) = caught.value.errors
    return str(error["message"])


@pytest.mark.parametrize(
    ("type_text", "argument", "sent", "expected"),
    [
        ("Int", "int", 7, 7),
        ("Int", "int", 7.0, 7),
        ("Float", "float", 7, 7),
        ("Float", "float", 1.5, 1.5),
        ("ID", "id", 12, "12"),
        ("ID", "id", "x", "x"),
        ("String", "text", "ünï", "ünï"),
        ("Boolean", "flag", False, False),
        ("Color", "color", "GREEN", "GREEN"),
        ("[Int!]", "ints", 4, [4]),
        ("[Int!]", "ints", [4, 5], [4, 5]),
        ("[[Int]]", "lists", [1, None, [2, None]], [[1], None, [2, None]]),
        ("[[Int]]", "lists", 1, [[1]]),
        ("Anything", "any", {"deep": [1.0, 2**80, None]}, {"deep": [1.0, 2**80, None]}),
        ("Choice", "choice", {"number": 1}, {"number": 1}),
        (
            "Item",
            "item",
            {"id": 1, "children": {"id": "2"}},
            {"id": "1", "children": [{"id": "2"}]},
        ),
        ("Item", "item", {"id": 1, "parent": None}, {"id": "1", "parent": None}),
        ("Int", "int", None, None),
    ],
)
def test_a_value_of_its_type_is_coerced(
    type_text: str, argument: str, sent: object, expected: object
) -> None:
    assert coerced(f"$v: {type_text}", f"{argument}: $v", {"v": sent}) == {"v": expected}


@pytest.mark.parametrize(
    ("type_text", "argument", "sent", "message"),
    [
        ("Int", "int", 2**31, "Int cannot represent non 32-bit signed integer value"),
        ("Int", "int", 1.5, "Int cannot represent non-integer value"),
        ("Int", "int", True, "Int cannot represent non-integer value"),
        ("Int", "int", "1", "Int cannot represent non-integer value"),
        ("Float", "float", "1", "Float cannot represent non numeric value"),
        ("String", "text", 1, "String cannot represent a non string value"),
        ("Boolean", "flag", 0, "Boolean cannot represent a non boolean value"),
        ("ID", "id", 1.5, "ID cannot represent value"),
        ("Color", "color", "BLUE", "send one of RED, GREEN"),
        ("Color", "color", 1, 'Enum "Color" cannot represent non-string value'),
        ("[Int!]", "ints", [1, None], 'at "v[1]"; Expected non-nullable type "Int!"'),
        ("Item", "item", {"id": "1", "size": 1}, 'Field "size" is not defined by type "Item"'),
        ("Item", "item", {}, 'Field "id" of required type "ID!" was not provided'),
        ("Item", "item", {"id": 1, "children": [{"id": 2, "color": "X"}]}, '"v.children[0].color"'),
        ("Item", "item", [], 'Expected type "Item" to be an object'),
        ("Choice", "choice", {}, "Exactly one key must be specified"),
        ("Choice", "choice", {"number": 1, "name": "x"}, "Exactly one key must be specified"),
        ("Choice", "choice", {"number": None}, "must be non-null"),
        ("Int!", "needed", None, "must not be null"),
    ],
)
def test_a_wrong_value_is_refused_with_variable_value_and_remedy(
    type_text: str, argument: str, sent: object, message: str
) -> None:
    text = refusal(f"$v: {type_text}", f"{argument}: $v", {"v": sent})
    assert 'Variable "$v"' in text
    assert message in text


def test_an_absent_variable_stays_absent_and_a_null_one_null() -> None:
    assert coerced("$a: Int, $b: Float", "int: $a, float: $b", {"b": None}) == {"b": None}


def test_a_default_stands_in_for_an_absent_variable_only() -> None:
    assert coerced("$a: [Int!] = 2", "ints: $a", {}) == {"a": [2]}
    assert coerced("$a: [Int!] = 2", "ints: $a", {"a": None}) == {"a": None}


def test_defaults_of_input_fields_are_left_to_subgraphs() -> None:
    assert coerced("$a: Item = {id: 1}", "item: $a", {}) == {"a": {"id": "1"}}


def test_a_required_variable_that_is_absent_is_named_with_its_place() -> None:
    with pytest.raises(BadVariables) as caught:
        coerced("$v: Int!", "needed: $v", {"w": 1})
    assert caught.value.errors == (
        {
            "message": 'Variable "$v" of required type "Int!" was not provided; '
            'send it as "v" in "variables".',
            "locations": [{"line": 1, "column": 7}],
            "extensions": {"code": "BAD_USER_INPUT", "variable": "v"},
        },
    )


def test_every_wrong_variable_is_reported_at_once() -> None:
    with pytest.raises(BadVariables) as caught:
        coerced("$a: Int, $b: Color", "int: $a, color: $b", {"a": "x", "b": "y"})
    assert len(caught.value.errors) == 2


def test_a_long_value_is_cut_in_the_message() -> None:
    assert len(refusal("$v: Int", "int: $v", {"v": "x" * 10_000})) < 300


def test_values_that_the_operation_does_not_declare_are_left_out() -> None:
    assert coerced("$a: Int", "int: $a", {"a": 1, "other": 2}) == {"a": 1}
