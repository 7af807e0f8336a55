"""CONTEXT_NOT_SET: reading a context that nothing sets."""

from tests.gateway.composition.kit import fed2_codes, supergraph


def sdl(
    context: str = '@context(name: "user")',
    argument: str = 'String @fromContext(field: "$user { money }")',
    key: str = '@key(fields: "id")',
) -> str:
    return f"""type Query {{ u: U }}
        type U @key(fields: "id") {context} {{ id: ID! money: String! p: P! }}
        type P {key} {{ id: ID! amount(in: {argument}): Int! }}"""


def test_a_context_that_is_read_is_set() -> None:
    assert fed2_codes(a=sdl(context="")) == ["CONTEXT_NOT_SET"]


def test_the_argument_disappears_and_the_join_tells_how_to_fill_it() -> None:
    text = supergraph(a=sdl())
    assert 'amount: Int! @join__field(graph: A, contextArguments: [{context: "a__user"' in text
    assert '@context(name: "a__user")' in text


def test_an_argument_with_a_default_reads_no_context() -> None:
    argument = 'String = "EUR" @fromContext(field: "$user { money }")'
    assert fed2_codes(a=sdl(argument=argument)) == ["CONTEXT_NOT_SET"]
