"""NO_CONTEXT_IN_SELECTION: a @fromContext that names no context."""

from tests.gateway.composition.kit import fed2_codes


def sdl(
    context: str = '@context(name: "user")',
    argument: str = 'String @fromContext(field: "$user { money }")',
    key: str = '@key(fields: "id")',
) -> str:
    return f"""type Query {{ u: U }}
        type U @key(fields: "id") {context} {{ id: ID! money: String! p: P! }}
        type P {key} {{ id: ID! amount(in: {argument}): Int! }}"""


def test_the_field_begins_with_a_context() -> None:
    argument = 'String @fromContext(field: "{ money }")'
    assert fed2_codes(a=sdl(argument=argument)) == ["NO_CONTEXT_IN_SELECTION"]
