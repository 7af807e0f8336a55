"""CONTEXT_NAME_INVALID: a context by a name that cannot be prefixed."""

from tests.gateway.composition.kit import fed2_codes


def sdl(
    context: str = '@context(name: "user")',
    argument: str = 'String @fromContext(field: "$user { money }")',
    key: str = '@key(fields: "id")',
) -> str:
    return f"""type Query {{ u: U }}
        type U @key(fields: "id") {context} {{ id: ID! money: String! p: P! }}
        type P {key} {{ id: ID! amount(in: {argument}): Int! }}"""


def test_a_context_s_name_is_letters_and_digits() -> None:
    argument = 'String @fromContext(field: "$a_b { money }")'
    assert fed2_codes(a=sdl('@context(name: "a_b")', argument)) == ["CONTEXT_NAME_INVALID"]
