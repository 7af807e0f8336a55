"""Introspection from the API schema."""

from graphql import build_schema, get_introspection_query

from gateway.operation.introspection import answer

SCHEMA = build_schema("""
directive @tagged(name: String!) repeatable on FIELD
scalar When @specifiedBy(url: "https://example.com/when")
input Choice @oneOf { a: Int b: Int }
type Query { new: When  old(c: Choice): Int @deprecated(reason: "use new") }
""")


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


def test_an_input_object_of_which_one_field_is_sent_says_so() -> None:
    document = '{ __type(name: "Choice") { isOneOf } }'
    assert answer(SCHEMA, document, {}) == {"__type": {"isOneOf": True}}


def test_repeatable_directives_are_told_apart() -> None:
    data = answer(SCHEMA, "{ __schema { directives { name isRepeatable } } }", {})
    assert {"name": "tagged", "isRepeatable": True} in data["__schema"]["directives"]  # type: ignore[index]  # JSON


def test_the_query_of_tools_is_answered_whole() -> None:
    document = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
    )
    assert answer(SCHEMA, document, {}).keys() == {"__schema"}
