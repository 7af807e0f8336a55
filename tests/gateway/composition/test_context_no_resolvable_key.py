"""CONTEXT_NO_RESOLVABLE_KEY: reading a context on a type that cannot be entered."""

from tests.gateway.composition.kit import fed2_codes


def sdl(
    context: str = '@context(name: "user")',
    argument: str = 'String @fromContext(field: "$user { money }")',
    key: str = '@key(fields: "id")',
) -> str:
    return f"""type Query {{ u: U }}
        type U @key(fields: "id") {context} {{ id: ID! money: String! p: P! }}
        type P {key} {{ id: ID! amount(in: {argument}): Int! }}"""


def test_the_type_needs_a_resolvable_key() -> None:
    assert fed2_codes(a=sdl(key="")) == ["CONTEXT_NO_RESOLVABLE_KEY"]
