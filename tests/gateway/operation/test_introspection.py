"""Introspection from the API schema."""

import pytest
import strawberry
from graphql import build_schema, get_introspection_query

from gateway.operation.introspection import answer

SCHEMA = build_schema("""
directive @tagged(name: String!) repeatable on FIELD
scalar When @specifiedBy(url: "https://example.com/when")
input Plain { a: Int }
input Choice @oneOf { a: Int b: Int }
type Query { new: When  old(c: Choice, p: Plain): Int @deprecated(reason: "use new") }
""")


@strawberry.type
class StrawberryQuery:
    a: int = 1


def test_deprecated_fields_appear_when_the_variable_says_so() -> None:
    document = (
        'query($d: Boolean) { __type(name: "Query") { fields(includeDeprecated: $d) { name } } }'
    )
    shown = answer(SCHEMA, document, {"d": True, "unrelated": 1})
    hidden = answer(SCHEMA, document, {"d": False})
    assert shown == {"__type": {"fields": [{"name": "new"}, {"name": "old"}]}}
    assert hidden == {"__type": {"fields": [{"name": "new"}]}}


def test_a_type_is_found_by_variable_under_the_client_s_alias() -> None:
    document = "query($n: String!) { it: __type(name: $n) { specifiedByURL } }"
    url = "https://example.com/when"
    assert answer(SCHEMA, document, {"n": "When"}) == {"it": {"specifiedByURL": url}}
    assert answer(SCHEMA, document, {"n": "Choice"}) == {"it": {"specifiedByURL": None}}
    assert answer(SCHEMA, document, {"n": "Nothing"}) == {"it": None}


@pytest.mark.parametrize(
    ("name", "expected"), [("Choice", True), ("Plain", False), ("Query", None)]
)
def test_a_type_says_whether_one_of_its_fields_is_sent_even_beside_strawberry(
    name: str, expected: bool | None
) -> None:
    """Strawberry replaces the resolver of `isOneOf` in the whole process."""
    strawberry.Schema(query=StrawberryQuery)
    document = f'{{ __type(name: "{name}") {{ isOneOf }} }}'
    assert answer(SCHEMA, document, {}) == {"__type": {"isOneOf": expected}}


def test_repeatable_directives_are_told_apart() -> None:
    data = answer(SCHEMA, "{ __schema { directives { name isRepeatable } } }", {})
    assert {"name": "tagged", "isRepeatable": True} in data["__schema"]["directives"]  # type: ignore[index]  # JSON


def test_the_query_of_tools_is_answered_whole() -> None:
    document = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
    )
    assert answer(SCHEMA, document, {}).keys() == {"__schema"}
