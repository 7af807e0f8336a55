"""CONTEXT_INVALID_SELECTION: a context selection that is not one fitting value."""

from tests.gateway.composition.kit import fed2_codes


def sdl(
    context: str = '@context(name: "user")',
    argument: str = 'String @fromContext(field: "$user { money }")',
    key: str = '@key(fields: "id")',
) -> str:
    return f"""type Query {{ u: U }}
        type U @key(fields: "id") {context} {{ id: ID! money: String! p: P! }}
        type P {key} {{ id: ID! name: String amount(in: {argument}): Int! }}"""


def read(selection: str, type_ref: str = "String") -> list[str]:
    argument = f'{type_ref} @fromContext(field: "$user {selection}")'
    return fed2_codes(a=sdl(argument=argument))


def test_exactly_one_leaf_of_the_argument_s_type_is_selected() -> None:
    assert read("{ money }") == []
    assert read("{ id money }") == ["CONTEXT_INVALID_SELECTION"]
    assert read("{ gone }") == ["CONTEXT_INVALID_SELECTION"]
    assert read("{ p }") == ["CONTEXT_INVALID_SELECTION"]
    assert read("") == ["CONTEXT_INVALID_SELECTION"]
    assert read("{ money }", "Int") == ["CONTEXT_INVALID_SELECTION"]


def test_a_required_argument_needs_a_value_that_is_never_null() -> None:
    assert read("{ money }", "String!") == []
    assert read("{ p { name } }", "String!") == ["CONTEXT_INVALID_SELECTION"]
    assert read("{ p { name } }", "String") == []
